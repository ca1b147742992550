"""Logs of runs that were made elsewhere → results/{study}/traces.parquet and evaluations.

They say which arms there are, and how long runs last.
"""


rule import_traces:
    """Read every log once: the long trace table, what was read, and the evaluations."""
    input:
        # Through a function: a path may have braces.
        logs=lambda wildcards: source_files(),
    output:
        traces="results/{study}/traces.parquet",
        evaluations="results/{study}/evaluations.parquet",
        predictions="results/{study}/predictions.parquet",
        facts="results/{study}/import.json",
    log:
        "results/{study}/logs/import_traces.log",
    benchmark:
        "results/{study}/benchmarks/import_traces.tsv"
    conda:
        ENVIRONMENT
    threads: 1
    resources:
        **needing(needs.COLLECT, SIZE),
    params:
        study=lambda wildcards: source_document(),
        code=code_of("import_traces", *EVERY_READER),
    script:
        "../../scripts/import_traces.py"
