"""Reduce traces to one row per run (rule events)."""

import json

from thresher.events import events
from thresher.logs import logged
from thresher.tables import read_traces, write_table


def main(traces: list[str], endpoint: str, output: str) -> None:
    """Read the traces, find the events, write the table."""
    write_table(events(read_traces(traces), **json.loads(endpoint)), "events", output)


if __name__ == "__main__":
    with logged(snakemake.log[0]):
        main(snakemake.input.traces, snakemake.params.endpoint, snakemake.output.events)
