"""The contrast table and the figures for a paper (rule paper)."""

from thresher.garbage_collection import collect_rarely
from thresher.logs import logged

if __name__ == "__main__":
    collect_rarely()
    with logged(snakemake.log[0]):
        from thresher.gallery import draw_for_paper
        from thresher.report import write_paper
        from thresher.stages import read_results
        from thresher.study.document import read_document

        files = dict(snakemake.input.items())
        study = read_document(files.pop("study"))
        results = read_results(study, files, files.pop("evaluations"))
        draw_for_paper(results, snakemake.output[0])
        write_paper(results, snakemake.output[0])
