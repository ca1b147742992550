"""Train the study's first block again and compare (rule canary)."""

from thresher.garbage_collection import gc_paused
from thresher.logs import logged

if __name__ == "__main__":
    with logged(snakemake.log[0]), gc_paused():
        from thresher.training import run_canary  # what TensorFlow says at import is for the log

        run_canary(
            snakemake.input.traces,
            snakemake.output[0],
            snakemake.input.run,
            snakemake.config["folder"],
        )
