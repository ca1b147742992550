"""What comparisons of few seeds would have said (rule luck)."""

import json

from thresher.logs import logged
from thresher.statistics.luck import luck
from thresher.tables import read_table, write_table


def main(events_path: str, analysis: str, pairs_path: str, winners_path: str) -> None:
    """Draw small comparisons from the events."""
    plan = json.loads(analysis)
    pairs, winners = luck(read_table(events_path, "events"), plan["arms"], plan["entropy"])
    write_table(pairs, "luck_pairs", pairs_path)
    write_table(winners, "luck_winners", winners_path)


if __name__ == "__main__":
    with logged(snakemake.log[0]):
        main(
            snakemake.input.events,
            snakemake.params.analysis,
            snakemake.output.pairs,
            snakemake.output.winners,
        )
