"""Reduce all traces to evaluations (rule collect)."""

from thresher.garbage_collection import collect_rarely
from thresher.logs import logged

if __name__ == "__main__":
    collect_rarely()
    with logged(snakemake.log[0]):
        from thresher.reduction import collect_files, write_models
        from thresher.study.document import parse_part

        study, inputs = parse_part(snakemake.params.study), snakemake.input
        collect_files(inputs.traces, inputs.runs, study, snakemake.output[0])
        for models in snakemake.output[1:]:
            write_models(inputs.runs, models)
