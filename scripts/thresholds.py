"""Events and contrasts over a grid of thresholds (rule thresholds)."""

import json

from thresher.logs import logged
from thresher.statistics.contrasts import pairs_of
from thresher.statistics.thresholds import threshold_events, thresholds
from thresher.tables import read_traces, write_table

PLAN = ("paired", "alpha", "confidence", "margin", "flips", "entropy")


def main(paths: list[str], endpoint: str, analysis: str, table: str, events_path: str) -> None:
    """Find the events at every threshold, then compare."""
    goal, plan = json.loads(endpoint), json.loads(analysis)
    traces = read_traces(paths)
    events = threshold_events(traces, plan["threshold_grid"], goal["budget"], goal["sustain"])
    write_table(events, "threshold_events", events_path)
    pairs = pairs_of(plan["arms"], plan["reference"])
    chosen = {key: plan[key] for key in PLAN}
    found = thresholds(events, pairs, goal["threshold"], goal["budget"], **chosen)
    write_table(found, "thresholds", table)


if __name__ == "__main__":
    with logged(snakemake.log[0]):
        main(
            snakemake.input.traces,
            snakemake.params.endpoint,
            snakemake.params.analysis,
            snakemake.output.thresholds,
            snakemake.output.events,
        )
