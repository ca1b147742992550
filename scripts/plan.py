"""Keep what the analysis was to be before training began (rule plan)."""

from pathlib import Path

from thresher.logs import logged
from thresher.study import read_document
from thresher.study.fixing import fix

if __name__ == "__main__":
    with logged(snakemake.log[0]):
        output = Path(snakemake.output[0])
        fix(read_document(snakemake.input.study), output.parent / "traces", output)
