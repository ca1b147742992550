"""Arms, contrasts, all pairs and survival curves from the events (rule contrasts)."""

import json

from thresher.logs import logged
from thresher.statistics.contrasts import arms, contrasts, pairs_of
from thresher.statistics.survival import survival
from thresher.tables import read_table, write_table

PLAN = ("paired", "alpha", "confidence", "margin", "flips", "entropy")


def main(events_path: str, analysis: str, outputs: dict[str, str]) -> None:
    """Analyse the events and write each table to its path."""
    plan = json.loads(analysis)
    events = read_table(events_path, "events")
    chosen = {key: plan[key] for key in PLAN}
    tables = {
        "arms": arms(
            events,
            confidence=plan["confidence"],
            entropy=plan["entropy"],
            parameters=plan["parameters"],
            arms=plan["arms"],
        ),
        "contrasts": contrasts(events, pairs_of(plan["arms"], plan["reference"]), **chosen),
        "pairs": contrasts(events, pairs_of(plan["arms"], None), **chosen),
        "survival": survival(events, plan["confidence"]),
    }
    for name, table in tables.items():
        write_table(table, name, outputs[name])


if __name__ == "__main__":
    with logged(snakemake.log[0]):
        main(snakemake.input.events, snakemake.params.analysis, dict(snakemake.output.items()))
