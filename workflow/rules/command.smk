"""Study → traces by any program: results/{study}/traces/{variant}/{factors}/seeds_{block}.parquet.

A job runs the program once for each of its seeds. What the user wrote reaches it through functions:
strings that stand in a rule are searched for wildcards in braces, what functions return is not.
"""


rule run_command:
    """Run the study's program for one block of seeds of one arm."""
    output:
        traces="results/{study}/traces/{variant}/{factors}/seeds_{block}.parquet",
        predictions="results/{study}/traces/{variant}/{factors}/seeds_{block}.predictions.parquet",
        run="results/{study}/traces/{variant}/{factors}/seeds_{block}.run.json",
    log:
        "results/{study}/logs/run_command/{variant}/{factors}/seeds_{block}.log",
    benchmark:
        "results/{study}/benchmarks/run_command/{variant}/{factors}/seeds_{block}.tsv"
    retries: STUDY.command.retries or None
    conda:
        ENVIRONMENT
    threads: STUDY.command.resources.get("threads", 1)
    resources:
        **stated(STUDY.command.resources),
    params:
        specification=lambda wildcards: STUDY.specification(arm_of(wildcards)),
        seeds=lambda wildcards: STUDY.seeds_of(wildcards.block),
        own=lambda wildcards: OWN_CODE,
        code=code_of("run_command", *EVERY_READER),
    script:
        "../../scripts/run_command.py"
