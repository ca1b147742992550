"""Train the study's first block again and compare (rule canary)."""

from thresher.garbage_collection import collect_never
from thresher.lean import without
from thresher.logs import logged

if __name__ == "__main__":
    collect_never()
    with logged(snakemake.log[0]):
        # What TensorFlow says at import is for the log.
        with without("pandas"):
            from thresher.training import run_canary

        run_canary(
            snakemake.input.traces,
            snakemake.output[0],
            snakemake.input.run,
            snakemake.config["folder"],
        )
