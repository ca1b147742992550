"""Compute one analysis (the rules of analyse.smk)."""

from thresher.logs import logged
from thresher.stages import analyse_files
from thresher.study.document import parse_part, read_facts, read_models

if __name__ == "__main__":
    with logged(snakemake.log[0]):
        inputs, outputs = dict(snakemake.input.items()), dict(snakemake.output.items())
        imported = inputs.pop("imported", None)
        facts = read_facts(imported) if imported else None
        models = inputs.pop("models", None)
        study = parse_part(snakemake.params.study, facts, read_models(models) if models else None)
        analyse_files(snakemake.params.analysis, inputs, study, outputs)
