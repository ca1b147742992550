"""Check the user's own models and tasks before any training (rule check_own)."""

from thresher.garbage_collection import gc_paused
from thresher.logs import logged

if __name__ == "__main__":
    with logged(snakemake.log[0]), gc_paused():
        from thresher.training.own_check import run_check  # TensorFlow's words are for the log

        run_check(snakemake.params.specifications, snakemake.output[0], snakemake.config["folder"])
