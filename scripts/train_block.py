"""Train one block of seeds of one arm (rule train_block)."""

from thresher.garbage_collection import gc_paused
from thresher.logs import logged

if __name__ == "__main__":
    with logged(snakemake.log[0]), gc_paused():
        from thresher.training import run_job  # what TensorFlow says at import is for the log

        run_job(
            snakemake.params.specification,
            snakemake.params.seeds,
            snakemake.output.traces,
            snakemake.output.predictions,
            snakemake.output.run,
            snakemake.config["plan"],
            snakemake.config["folder"],
        )
