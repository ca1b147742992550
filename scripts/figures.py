"""Draw every figure as SVG, for a page and for a phone (rule figures)."""

from thresher.drawing.style import DOUBLE, SINGLE
from thresher.gallery import draw_all
from thresher.logs import logged
from thresher.stages import read_results
from thresher.study.document import read_document

if __name__ == "__main__":
    with logged(snakemake.log[0]):
        files = dict(snakemake.input.items())
        study = read_document(files.pop("study"))
        results = read_results(study, files, files.pop("evaluations"))
        draw_all(results, snakemake.output.figures, DOUBLE)
        draw_all(results, snakemake.output.phone, SINGLE)
