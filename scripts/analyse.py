"""Compute one analysis (the rules of analyse.smk)."""

from thresher.garbage_collection import collect_rarely
from thresher.logs import logged

if __name__ == "__main__":
    collect_rarely()
    with logged(snakemake.log[0]):
        from thresher.stages import analyse_files
        from thresher.study.document import parse_part, read_facts, read_models

        inputs, outputs = dict(snakemake.input.items()), dict(snakemake.output.items())
        imported = inputs.pop("imported", None)
        facts = read_facts(imported) if imported else None
        models = inputs.pop("models", None)
        study = parse_part(snakemake.params.study, facts, read_models(models) if models else None)
        analyse_files(snakemake.params.analysis, inputs, study, outputs)
