"""Join the predictions of all blocks (rule predictions)."""

from thresher.logs import logged
from thresher.tables import read_traces, write_table

if __name__ == "__main__":
    with logged(snakemake.log[0]):
        predictions = read_traces(snakemake.input.predictions)
        write_table(predictions, "predictions", snakemake.output.predictions)
