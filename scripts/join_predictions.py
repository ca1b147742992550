"""Join the predictions of all blocks (rule join_predictions)."""

from thresher.garbage_collection import collect_rarely
from thresher.logs import logged

if __name__ == "__main__":
    collect_rarely()
    with logged(snakemake.log[0]):
        from thresher.reduction import join_predictions

        join_predictions(snakemake.input.predictions, snakemake.input.runs, snakemake.output[0])
