"""The contrast table and the figures for a paper (rule paper)."""

import json

from thresher.figures.all import paper
from thresher.logs import logged
from thresher.report import write_paper
from thresher.tables import TABLES, read_table, read_traces

if __name__ == "__main__":
    with logged(snakemake.log[0]):
        paths = {name: snakemake.input[name] for name in TABLES}
        tables = {name: read_table(path, name) for name, path in paths.items()}
        settings, folder = snakemake.params.settings, snakemake.output[0]
        paper(tables, json.loads(settings), folder, read_traces(snakemake.input.traces))
        write_paper(settings, paths, folder)
