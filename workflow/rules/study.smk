"""The study file → results/{study}/study.json."""


rule study:
    """Write the checked study, with what its logs hold, so that results say what they are of."""
    input:
        **IMPORTED,
    output:
        "results/{study}/study.json",
    log:
        "results/{study}/logs/study.log",
    conda:
        ENVIRONMENT
    threads: 1
    resources:
        **needing(needs.PLAIN),
    params:
        document=lambda wildcards: REPORTED.document(),
        # What is written is the document, unless logs have to complete it.
        code=code_of("study") if STUDY.traces else "",
    script:
        "../../scripts/study.py"
