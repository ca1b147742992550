"""Reduce traces to one row per run (rule events)."""

import json

from thresher.events import events_of_files
from thresher.logs import logged
from thresher.tables import write_table


def main(traces: list[str], endpoint: str, output: str) -> None:
    """Find the events, write the table."""
    write_table(events_of_files(traces, **json.loads(endpoint)), "events", output)


if __name__ == "__main__":
    with logged(snakemake.log[0]):
        main(snakemake.input.traces, snakemake.params.endpoint, snakemake.output.events)
