"""Study → traces: results/{study}/traces/{variant}/{factors}/seeds_{block}.parquet.

What a user wrote (texts, options, paths) reaches a rule through functions: strings that stand in
a rule are searched for wildcards in braces, what functions return is not.
"""


rule check_own:
    """Check the user's own model and task for an arm, before it is trained: the checks come first.

    One for each arm, with the parameters that decide whether the arm is trained: a check that is
    made again never has others trained anew.
    """
    output:
        "results/{study}/checks/{variant}/{factors}.json",
    log:
        "results/{study}/logs/check_own/{variant}/{factors}.log",
    priority: 100
    conda:
        ENVIRONMENT
    threads: 1
    resources:
        **needing(needs.TRAINING),
    params:
        specification=lambda wildcards: STUDY.specification(arm_of(wildcards)),
        code=lambda wildcards: training_code(arm_of(wildcards)),
    script:
        "../../scripts/check_own.py"


rule train_block:
    """Train one block of seeds of one arm at once."""
    input:
        check=lambda wildcards: check_of(arm_of(wildcards)),
    output:
        traces="results/{study}/traces/{variant}/{factors}/seeds_{block}.parquet",
        predictions="results/{study}/traces/{variant}/{factors}/seeds_{block}.predictions.parquet",
        run="results/{study}/traces/{variant}/{factors}/seeds_{block}.run.json",
    log:
        "results/{study}/logs/train_block/{variant}/{factors}/seeds_{block}.log",
    benchmark:
        "results/{study}/benchmarks/train_block/{variant}/{factors}/seeds_{block}.tsv"
    # The longest jobs first; what is short fills the cores beside the last of them.
    priority: 2
    conda:
        ENVIRONMENT
    threads: STUDY.training.threads
    resources:
        **needing(needs.TRAINING, needs.size_of_block(STUDY)),
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
        **needing(needs.TRAINING, needs.size_of_block(STUDY)),
        accelerator=1,
    params:
        code=training_code(REPORTED.arms[0]),
    script:
        "../../scripts/canary.py"
