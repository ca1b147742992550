"""Draw every figure as SVG, as wide as a page or a phone (rules figures, phone)."""

from thresher.garbage_collection import collect_rarely
from thresher.logs import logged

if __name__ == "__main__":
    collect_rarely()
    with logged(snakemake.log[0]):
        from thresher.gallery import WIDTHS, draw_all
        from thresher.stages import read_results
        from thresher.study.document import read_document

        files = dict(snakemake.input.items())
        study = read_document(files.pop("study"))
        results = read_results(study, files, files.pop("evaluations"))
        draw_all(results, snakemake.output[0], WIDTHS[snakemake.params.width])
