"""Read the logs of runs that were made elsewhere (rule import_traces)."""

from thresher.garbage_collection import collect_rarely
from thresher.logs import logged

if __name__ == "__main__":
    collect_rarely()
    with logged(snakemake.log[0]):
        from thresher.importing import import_files
        from thresher.study.document import parse_document

        import_files(parse_document(snakemake.params.study), **dict(snakemake.output.items()))
