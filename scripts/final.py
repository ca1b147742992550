"""Loss and accuracy at the budget (rule final)."""

import json

from thresher.logs import logged
from thresher.statistics.contrasts import pairs_of
from thresher.statistics.final import final, improvement
from thresher.tables import read_table, write_table


def main(events_path: str, analysis: str, final_path: str, improvement_path: str) -> None:
    """Describe every arm's end, and how probably an arm's end is the better one."""
    plan = json.loads(analysis)
    events = read_table(events_path, "events")
    pairs = pairs_of(plan["arms"], plan["reference"])
    shared = {"confidence": plan["confidence"], "entropy": plan["entropy"]}
    write_table(final(events, arms=plan["arms"], **shared), "final", final_path)
    better = improvement(events, pairs, paired=plan["paired"], **shared)
    write_table(better, "improvement", improvement_path)


if __name__ == "__main__":
    with logged(snakemake.log[0]):
        main(
            snakemake.input.events,
            snakemake.params.analysis,
            snakemake.output.final,
            snakemake.output.improvement,
        )
