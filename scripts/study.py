"""Write the checked study (rule study)."""

from thresher.files import write_text
from thresher.logs import logged

if __name__ == "__main__":
    with logged(snakemake.log[0]):
        write_text(snakemake.params.document, snakemake.output[0])
