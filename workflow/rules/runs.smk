"""Traces of blocks → evaluations and predictions, for runs that are made here, whoever makes them."""


rule collect:
    """Reduce all traces to evaluations: the one place that reads them."""
    input:
        traces=blocks("parquet"),
        runs=blocks("run.json"),
    output:
        "results/{study}/evaluations.parquet",
        **MODELS,
    log:
        "results/{study}/logs/collect.log",
    benchmark:
        "results/{study}/benchmarks/collect.tsv"
    conda:
        ENVIRONMENT
    threads: 1
    resources:
        **needing(needs.COLLECT, SIZE),
    params:
        study=lambda wildcards: STUDY.part(*COLLECTED),
        code=code_of("collect"),
    script:
        "../../scripts/collect.py"


rule join_predictions:
    """Join the final predictions of every run on the held-out examples that all share."""
    input:
        predictions=blocks("predictions.parquet"),
        runs=blocks("run.json"),
    output:
        "results/{study}/predictions.parquet",
    log:
        "results/{study}/logs/join_predictions.log",
    benchmark:
        "results/{study}/benchmarks/join_predictions.tsv"
    conda:
        ENVIRONMENT
    threads: 1
    resources:
        **needing(needs.COLLECT, SIZE),
    params:
        code=code_of("join_predictions"),
    script:
        "../../scripts/join_predictions.py"
