"""Run the study's program for one block of seeds of one arm (rule run_command)."""

from thresher.command.job import run_command
from thresher.logs import logged

if __name__ == "__main__":
    with logged(snakemake.log[0]):
        run_command(
            snakemake.params.specification,
            snakemake.params.seeds,
            snakemake.output.traces,
            snakemake.output.predictions,
            snakemake.output.run,
            snakemake.config["folder"],
            plan=snakemake.config["plan"],
            log=snakemake.log[0],
            code=snakemake.params.own,
            threads=snakemake.threads,
        )
