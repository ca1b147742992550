"""Rank tests, hazard ratios and the omnibus test (rule sensitivity)."""

import json

from thresher.logs import logged
from thresher.statistics.contrasts import pairs_of
from thresher.statistics.cox import hazards
from thresher.statistics.omnibus import omnibus
from thresher.statistics.rank_tests import rank_tests
from thresher.tables import read_table, write_table


def main(events_path: str, analysis: str, outputs: dict[str, str]) -> None:
    """Analyse the events in the ways that other readers expect, and write each table."""
    plan = json.loads(analysis)
    events = read_table(events_path, "events")
    pairs = pairs_of(plan["arms"], plan["reference"])
    paired, entropy = plan["paired"], plan["entropy"]
    tables = {
        "rank_tests": rank_tests(events, pairs, paired, plan["flips"], entropy),
        "hazards": hazards(events, pairs, plan["confidence"]),
        "omnibus": omnibus(events, paired, entropy),
    }
    for name, table in tables.items():
        write_table(table, name, outputs[name])


if __name__ == "__main__":
    with logged(snakemake.log[0]):
        main(snakemake.input.events, snakemake.params.analysis, dict(snakemake.output.items()))
