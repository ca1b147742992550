"""What the analysis was to be before there was anything to look at, and what changed since."""

from collections.abc import Iterator, Mapping
from dataclasses import asdict
from typing import Any

from thresher.study.plan import Study


def keys(study: Study) -> dict[str, Any]:
    """Return what decides a verdict besides the runs, by its key in the study file."""
    goal, analysis = asdict(study.endpoint), asdict(study.analysis)
    goal["metric"] = study.metric.name
    found = {f"endpoint.{name}": goal[name] for name in goal if name != "threshold_source"}
    found |= {f"analysis.{name}": value for name, value in analysis.items() if name != "curves"}
    found["analysis.threshold_grid"] = list(study.analysis.threshold_grid)
    return {
        **found,
        "reference": study.reference,
        "pairing": study.pairing,
        "seeds": study.seeds,
        "arms": [arm.label for arm in study.arms],
    }


def changes(then: Mapping[str, Any], study: Study) -> list[str]:
    """Say what is another now than it was: ``analysis.alpha 0.05 → 0.1``.

    Parameters
    ----------
    then : mapping
        What `keys` gave before training began.
    study : Study
        As it is now.
    """
    then, now = dict(then), keys(study)
    if then.get("endpoint.threshold") != now["endpoint.threshold"]:
        # The grid lies around the threshold.
        then["analysis.threshold_grid"] = now["analysis.threshold_grid"]
    arms = _arms(then.pop("arms", []), now.pop("arms"))
    return [
        *(f"{name} {_said(then[name])} → {_said(value)}"
          for name, value in now.items() if name in then and then[name] != value),
        *arms,
    ]  # fmt: skip


def _said(value: Any) -> str:
    if isinstance(value, list):
        return ", ".join(map(str, value)) or "none"
    return "none" if value is None else str(value)


def _arms(then: list[str], now: list[str]) -> Iterator[str]:
    for word, these in (
        ("added", [arm for arm in now if arm not in then]),
        ("taken out", [arm for arm in then if arm not in now]),
    ):
        if these:
            shown = these if len(these) < 6 else [*these[:5], f"{len(these) - 5} more"]
            yield f"arms {word}: {', '.join(shown)}"
