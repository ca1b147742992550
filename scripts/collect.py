"""Reduce all traces to evaluations (rule collect)."""

from thresher.logs import logged
from thresher.stages import collect_files
from thresher.study import study_of

if __name__ == "__main__":
    with logged(snakemake.log[0]):
        inputs = snakemake.input
        study = study_of(snakemake.params.study)
        collect_files(inputs.traces, inputs.runs, study, snakemake.output[0])
