"""Draw every figure as SVG (rule figures)."""

import json

from thresher.figures.all import draw_all
from thresher.figures.style import SINGLE
from thresher.logs import logged
from thresher.tables import TABLES, read_table, read_traces

if __name__ == "__main__":
    with logged(snakemake.log[0]):
        tables = {name: read_table(snakemake.input[name], name) for name in TABLES}
        settings = json.loads(snakemake.params.settings)
        traces = read_traces(snakemake.input.traces)
        draw_all(tables, settings, snakemake.output.figures, traces)
        draw_all(tables, settings, snakemake.output.phone, traces, SINGLE)
