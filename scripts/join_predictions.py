"""Join the predictions of all blocks (rule join_predictions)."""

from thresher.logs import logged
from thresher.reduction import join_predictions

if __name__ == "__main__":
    with logged(snakemake.log[0]):
        join_predictions(snakemake.input.predictions, snakemake.input.runs, snakemake.output[0])
