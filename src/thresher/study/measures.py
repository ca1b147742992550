"""Which quantities a study measures: the endpoint's metric first."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from thresher.metric import Metric, engine_metrics
from thresher.study import plan, wording


def metrics(
    content: Mapping[str, Any], training: plan.Training, problems: list[str]
) -> tuple[Metric, ...]:
    """Choose the endpoint's metric, and the others that are shown beside it.

    Parameters
    ----------
    content : mapping
        The study file's, right in structure.
    training : Training
        Its loss says what the engine records.
    problems : list of str
        Receives what is wrong; then nothing is returned.
    """
    known = engine_metrics(training.loss)
    given = content.get("metric", {})
    name = content.get("endpoint", {}).get("metric", given.get("name", plan.METRIC))
    if name not in known:
        key = "metric.name" if given.get("name") == name else "endpoint.metric"
        problems.append(wording.one_of(key, name, known))
        return ()
    if given.get("name", name) != name:
        problems.append(
            f"metric.name is {wording.show(given['name'])}, but endpoint.metric is {name}; "
            "they must be the same"
        )
        return ()
    primary = replace(known[name], **{key: value for key, value in given.items() if key != "name"})
    beside = [other for other in known.values() if other.data == "held-out" and other.name != name]
    return (primary, *beside)
