"""Read the logs of runs that were made elsewhere (rule import_traces)."""

from thresher.importing import import_files
from thresher.logs import logged
from thresher.study.document import parse_document

if __name__ == "__main__":
    with logged(snakemake.log[0]):
        import_files(parse_document(snakemake.params.study), **dict(snakemake.output.items()))
