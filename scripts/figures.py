"""Draw every figure as SVG, as wide as a page or a phone (rules figures, phone)."""

from thresher.gallery import WIDTHS, draw_all
from thresher.logs import logged
from thresher.stages import read_results
from thresher.study.document import read_document

if __name__ == "__main__":
    with logged(snakemake.log[0]):
        files = dict(snakemake.input.items())
        study = read_document(files.pop("study"))
        results = read_results(study, files, files.pop("evaluations"))
        draw_all(results, snakemake.output[0], WIDTHS[snakemake.params.width])
