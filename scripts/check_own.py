"""Check the user's own model and task for an arm, before it is trained (rule check_own)."""

import os

from thresher.garbage_collection import gc_paused
from thresher.logs import logged

if __name__ == "__main__":
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")  # what is wrong is to be seen
    with logged(snakemake.log[0]), gc_paused():
        from thresher.training.own_check import run_check  # TensorFlow's words are for the log

        run_check(snakemake.params.specification, snakemake.output[0], snakemake.config["folder"])
