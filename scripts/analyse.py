"""Compute one analysis (the rules of analyse.smk)."""

from thresher.logs import logged
from thresher.stages import analyse_files
from thresher.study import study_of

if __name__ == "__main__":
    with logged(snakemake.log[0]):
        inputs = dict(snakemake.input.items())
        study = study_of(snakemake.params.study, inputs.pop("study", None))
        analyse_files(snakemake.params.analysis, inputs, study, dict(snakemake.output.items()))
