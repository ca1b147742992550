"""Study → traces: results/{study}/traces/{variant}/{merge_mode}/{factors}/seeds_{block}.parquet."""


rule train_block:
    """Train one block of seeds of one arm at once."""
    input:
        code=training_code,
    output:
        traces="results/{study}/traces/{variant}/{merge_mode}/{factors}/seeds_{block}.parquet",
        predictions="results/{study}/traces/{variant}/{merge_mode}/{factors}/seeds_{block}.predictions.parquet",
        run="results/{study}/traces/{variant}/{merge_mode}/{factors}/seeds_{block}.run.json",
    log:
        "results/{study}/logs/train_block/{variant}/{merge_mode}/{factors}/seeds_{block}.log",
    benchmark:
        "results/{study}/benchmarks/train_block/{variant}/{merge_mode}/{factors}/seeds_{block}.tsv"
    conda:
        "../envs/thresher.yaml"
    threads: STUDY.training.threads
    resources:
        accelerator=1,
    params:
        specification=lambda wildcards: STUDY.specification(arm_of(wildcards)),
        seeds=lambda wildcards: STUDY.seeds_of(wildcards.block),
    script:
        "../../scripts/train_block.py"


rule canary:
    """Train the study's first block again and compare."""
    input:
        traces=blocks("parquet")[0],
        code=script_code(
            "canary",
            f"thresher.tasks.{STUDY.task.name}",
            f"thresher.models.{STUDY.arms[0].model}",
        ),
    output:
        "results/{study}/canary.json",
    log:
        "results/{study}/logs/canary.log",
    benchmark:
        "results/{study}/benchmarks/canary.tsv"
    conda:
        "../envs/thresher.yaml"
    threads: STUDY.training.threads
    resources:
        accelerator=1,
    script:
        "../../scripts/canary.py"
