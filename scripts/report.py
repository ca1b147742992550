"""Join tables and figures to one HTML file (rule report)."""

from thresher.logs import logged
from thresher.report import write
from thresher.tables import TABLES

if __name__ == "__main__":
    with logged(snakemake.log[0]):
        write(
            snakemake.params.settings,
            {name: snakemake.input[name] for name in TABLES},
            snakemake.input.figures,
            snakemake.input.phone,
            snakemake.input.runs,
            snakemake.input.canary,
            snakemake.output[0],
        )
