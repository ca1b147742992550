"""Study → traces: results/{study}/traces/{variant}/{factors}/seeds_{block}.parquet.

What a user wrote (texts, options, paths) reaches a rule through functions: strings that stand in
a rule are searched for wildcards in braces, what functions return is not.
"""

if OWN_FILES:

    rule check_own:
        """Check the user's own models and tasks before any training starts.

        No block has it as its input: then a new check would train all of them anew. It comes
        first by its priority, and where it fails no further block is begun.
        """
        output:
            "results/{study}/check.json",
        log:
            "results/{study}/logs/check_own.log",
        priority: 100
        conda:
            ENVIRONMENT
        threads: 1
        params:
            specifications=lambda wildcards: [
                STUDY.specification(arm) for arm in own_arms()
            ],
            code=lambda wildcards: [
                code_of("check_own"),
                *sorted({training_code(arm) for arm in own_arms()}),
            ],
        script:
            "../../scripts/check_own.py"


rule train_block:
    """Train one block of seeds of one arm at once."""
    output:
        traces="results/{study}/traces/{variant}/{factors}/seeds_{block}.parquet",
        predictions="results/{study}/traces/{variant}/{factors}/seeds_{block}.predictions.parquet",
        run="results/{study}/traces/{variant}/{factors}/seeds_{block}.run.json",
    log:
        "results/{study}/logs/train_block/{variant}/{factors}/seeds_{block}.log",
    benchmark:
        "results/{study}/benchmarks/train_block/{variant}/{factors}/seeds_{block}.tsv"
    conda:
        ENVIRONMENT
    threads: STUDY.training.threads
    resources:
        accelerator=1,
    params:
        specification=lambda wildcards: STUDY.specification(arm_of(wildcards)),
        seeds=lambda wildcards: STUDY.seeds_of(wildcards.block),
        code=lambda wildcards: training_code(arm_of(wildcards)),
    script:
        "../../scripts/train_block.py"


rule canary:
    """Train the study's first block again and compare."""
    input:
        traces=blocks("parquet")[0],
        run=blocks("run.json")[0],
    output:
        "results/{study}/canary.json",
    log:
        "results/{study}/logs/canary.log",
    benchmark:
        "results/{study}/benchmarks/canary.tsv"
    conda:
        ENVIRONMENT
    threads: STUDY.training.threads
    resources:
        accelerator=1,
    params:
        code=training_code(STUDY.arms[0]),
    script:
        "../../scripts/canary.py"
