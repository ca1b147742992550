"""What depends on several values of a study file, each of them right by itself."""

from collections.abc import Iterator, Mapping, Sequence, Set
from typing import Any

from thresher.metric import Metric
from thresher.study import plan, wording

# A position baseline below this, in nats, is no goal that a model could be seen to reach.
SMALLEST = 1e-6


def training(content: Mapping[str, Any], given: plan.Training) -> Iterator[str]:
    """Check that evaluations end at the budget, and that blocks hold whole lanes."""
    if given.epochs % given.evaluate_every:
        lower = given.epochs // given.evaluate_every * given.evaluate_every
        upper = lower + given.evaluate_every
        yield (
            f"training.epochs must be a multiple of training.evaluate_every "
            f"({given.evaluate_every}), but was {given.epochs}; take "
            + (f"{lower} or {upper}" if lower else f"{upper}, or a smaller evaluate_every")
        )
    seeds_per_job = content.get("seeds_per_job", given.lane_width)
    if seeds_per_job != 1 and seeds_per_job % given.lane_width:
        yield (
            f"seeds_per_job must be 1 or a multiple of training.lane_width "
            f"({given.lane_width}), but was {seeds_per_job}; take {given.lane_width}"
        )


def endpoint(
    content: Mapping[str, Any],
    task: plan.Task | None,
    given: plan.Training,
    metrics: Sequence[Metric],
) -> Iterator[str]:
    """Check the threshold, and that the budget allows the endpoint to be met."""
    own = content.get("endpoint", {})
    threshold = own.get("threshold", "baseline")
    metric = metrics[0] if metrics else None
    if isinstance(threshold, str) and threshold != "baseline":
        shown = wording.show(threshold)
        yield f'endpoint.threshold must be a number or "baseline", but was {shown}'
    elif metric is not None and isinstance(threshold, (int, float)) and not metric.holds(threshold):
        yield f"endpoint.threshold must be {_bounds(metric)}, but was {wording.show(threshold)}"
    elif threshold == "baseline" and metric is not None and metric.name != plan.METRIC:
        yield (
            f"endpoint.threshold must be a number, but was baseline, which is a held-out loss and "
            f"endpoint.metric is {metric.name}; give a number"
        )
    elif threshold == "baseline" and task is not None and (task.baseline or 0) < SMALLEST:
        yield (
            f"endpoint.threshold must be a loss in nats, but was baseline; the task {task.name} "
            f"has none of at least {SMALLEST} nats for these options; give a number"
        )
    sustain = own.get("sustain", plan.Endpoint.sustain)
    evaluations = given.epochs // given.evaluate_every + 1
    if sustain > evaluations and not given.epochs % given.evaluate_every:
        yield (
            f"endpoint.sustain must be at most the number of evaluations, but was {sustain}: "
            f"training.epochs {given.epochs} with evaluate_every {given.evaluate_every} gives "
            f"{evaluations}; raise epochs to {(sustain - 1) * given.evaluate_every}, "
            "or lower sustain"
        )


def _bounds(metric: Metric) -> str:
    """Say what a metric can be, to follow "must be"."""
    parts = [
        f"{word} {bound:g}"
        for word, bound in (("at least", metric.minimum), ("at most", metric.maximum))
        if bound is not None
    ]
    return f"{' and '.join(parts)}, as {metric.label} is"


def arms(content: Mapping[str, Any], labels: Sequence[str], failed: Set[str]) -> Iterator[str]:
    """Check everything that names an arm; those of failed variants may well be right."""
    named = [("reference", content["reference"])] if "reference" in content else []
    report = content.get("report", {})
    named += [("report.labels", label) for label in report.get("labels", {})]
    for position, panel in enumerate(report.get("panels", [])):
        named += [(f"report.panels[{position}].arms", label) for label in panel["arms"]]
    for key, arm in named:
        if arm not in labels and arm.split(" ")[0] not in failed:
            yield wording.one_of(key, arm, [*labels, *sorted(failed)])


def rest(content: Mapping[str, Any], seeds: int) -> Iterator[str]:
    """Check which contrasts there are, and the seed that the report draws."""
    contrasts = content.get("analysis", {}).get("contrasts")
    if contrasts == "reference" and "reference" not in content:
        yield "analysis.contrasts is reference, but there is none; add reference: <arm>"
    highlight = content.get("report", {}).get("highlight_seed", 0)
    if highlight >= seeds:
        yield (
            f"report.highlight_seed must be below seeds ({seeds}), but was {highlight}; "
            f"take one from 0 to {seeds - 1}"
        )
