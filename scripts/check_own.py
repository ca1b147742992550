"""Check the user's own model and task for an arm, before it is trained (rule check_own)."""

import os

from thresher.garbage_collection import collect_never
from thresher.lean import without
from thresher.logs import logged

if __name__ == "__main__":
    collect_never()
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")  # what is wrong is to be seen
    with logged(snakemake.log[0]):
        # TensorFlow's words are for the log.
        with without("pandas"):
            from thresher.training.own_check import run_check

        run_check(snakemake.params.specification, snakemake.output[0], snakemake.config["folder"])
