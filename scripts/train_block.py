"""Train one block of seeds of one arm (rule train_block)."""

from thresher.garbage_collection import collect_never
from thresher.lean import without
from thresher.logs import logged

if __name__ == "__main__":
    collect_never()
    with logged(snakemake.log[0]):
        # What TensorFlow says at import is for the log.
        with without("pandas"):
            from thresher.training import run_job

        run_job(
            snakemake.params.specification,
            snakemake.params.seeds,
            snakemake.output.traces,
            snakemake.output.predictions,
            snakemake.output.run,
            snakemake.config["plan"],
            snakemake.config["folder"],
        )
