"""Join tables and figures to one HTML file (rule report)."""

from dataclasses import replace

from thresher.garbage_collection import collect_rarely
from thresher.logs import logged

if __name__ == "__main__":
    collect_rarely()
    with logged(snakemake.log[0]):
        from thresher.reduction import models_of
        from thresher.report import write
        from thresher.stages import read_results
        from thresher.study.document import read_document
        from thresher.study.plan import counted

        files = {name: path for name, path in snakemake.input.items() if name != "runs"}
        canary = next(iter(snakemake.input.canary), None)
        study = read_document(files.pop("study"))
        arms = counted(study.arms, models_of(snakemake.input.runs))
        study = replace(study, arms=arms)
        results = read_results(study, files, files.pop("evaluations"))
        write(
            results,
            tables=files,
            figures=files["figures"],
            phone=files["phone"],
            runs=snakemake.input.runs,
            canary=canary,
            output=snakemake.output[0],
        )
