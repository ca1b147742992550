"""What depends on several values of a study file, each of them right by itself."""

from collections.abc import Iterator, Mapping, Sequence, Set
from typing import Any

from thresher.study import sizing, wording
from thresher.study.problems import Key, Problem
from thresher.training_options import Training


def training(content: Mapping[str, Any], given: Training, passes: bool) -> Iterator[Problem]:
    """Check that evaluations end at the budget, and that blocks hold whole lanes.

    Parameters
    ----------
    content : mapping
    given : Training
    passes : bool
        Whether an epoch is a pass over a data set.
    """
    yield from _spacing(given, passes)
    seeds_per_job = content.get("seeds_per_job", given.lane_width)
    yield from block_size(seeds_per_job)
    if isinstance(seeds_per_job, int) and seeds_per_job != 1 and seeds_per_job % given.lane_width:
        yield Problem(
            ("seeds_per_job",),
            f"must be 1 or a multiple of training.lane_width ({given.lane_width}), "
            f"but was {seeds_per_job}; take {given.lane_width}",
            needs=(("training", "lane_width"),),
        )


def _spacing(given: Training, passes: bool) -> Iterator[Problem]:
    """Check how far apart evaluations are."""
    every = given.evaluate_every
    if isinstance(every, str):
        if given.steps is None:
            yield Problem(
                ("training", "evaluate_every"),
                "must be a number of epochs, or of optimizer steps such as 50 steps, but was "
                f"{wording.show(every)}",
            )
    elif not _whole(1 / every if every < 1 else every):
        yield Problem(
            ("training", "evaluate_every"),
            f"must be a whole number of epochs, or one over a whole number for a part of one, but "
            f"was {wording.show(every)}; take {_near(every)}",
        )
    elif every < 1 and not passes:
        yield Problem(
            ("training", "evaluate_every"),
            f"must be a whole number of epochs, because an epoch of fresh examples is one batch, "
            f"but was {wording.show(every)}; take 1",
            needs=(("task",),),
        )
    elif every >= 1 and given.epochs % every:
        lower = int(given.epochs // every * every)
        upper = int(lower + every)
        remedy = f"{lower} or {upper}" if lower else f"{upper}, or a smaller evaluate_every"
        yield Problem(
            ("training", "epochs"),
            f"must be a multiple of training.evaluate_every ({every:g}), "
            f"but was {given.epochs}; take {remedy}",
            needs=(("training", "evaluate_every"),),
        )


def _whole(number: float) -> bool:
    return abs(number - round(number)) < 1e-6


def _near(every: float) -> str:
    """Return a distance between evaluations that there is."""
    return f"{round(every)}" if every >= 1 else f"{1 / round(1 / every):.6g}"


def block_size(seeds_per_job: int | str) -> Iterator[Problem]:
    """Check the one word that may stand for a number of seeds."""
    if isinstance(seeds_per_job, str) and seeds_per_job != sizing.AUTO:
        yield Problem(
            ("seeds_per_job",),
            f"must be a positive integer or auto, but was {wording.show(seeds_per_job)}",
        )


def arms(content: Mapping[str, Any], labels: Sequence[str], failed: Set[str]) -> Iterator[Problem]:
    """Check everything that names an arm; those of failed variants may well be right."""
    known = dict.fromkeys([*labels, *sorted(failed)])
    for key, arm in _named(content):
        if arm not in labels and arm.split(" ")[0] not in failed:
            yield wording.one_of(key, arm, known)


def _named(content: Mapping[str, Any]) -> Iterator[tuple[Key, str]]:
    """List what names an arm, by its key."""
    if "reference" in content:
        yield ("reference",), content["reference"]
    report = content.get("report", {})
    yield from ((("report", "labels"), arm) for arm in report.get("labels", {}))
    for position, panel in enumerate(report.get("panels", [])):
        yield from ((("report", "panels", position, "arms"), arm) for arm in panel["arms"])


def contrasts(content: Mapping[str, Any]) -> Iterator[Problem]:
    """Check that there is a reference where one is compared with."""
    wanted = content.get("analysis", {}).get("contrasts")
    if wanted == "reference" and "reference" not in content:
        yield Problem(
            ("analysis", "contrasts"),
            "is reference, but there is none; add reference: <arm>",
            needs=(("reference",),),
        )


def rest(content: Mapping[str, Any], seeds: int) -> Iterator[Problem]:
    """Check which contrasts there are, and the seed that the report draws."""
    yield from contrasts(content)
    highlight = content.get("report", {}).get("highlight_seed", 0)
    if highlight >= seeds:
        yield Problem(
            ("report", "highlight_seed"),
            f"must be below seeds ({seeds}), but was {highlight}; take one from 0 to {seeds - 1}",
            needs=(("seeds",),),
        )
