"""Tables → figures → one HTML report, and what a paper needs."""

# What figures are drawn from.
DRAWN = {
    **TABLE_FILES,
    "evaluations": "results/{study}/evaluations.parquet",
    "study": "results/{study}/study.json",
}


rule figures:
    """Draw every figure that the tables allow, for a page."""
    input:
        **DRAWN,
    output:
        report(
            directory("results/{study}/figures"),
            patterns=["{figure}.svg"],
            caption="../report/figures.rst",
            category="Figures",
            labels={"figure": "{figure}"},
        ),
    log:
        "results/{study}/logs/figures.log",
    benchmark:
        "results/{study}/benchmarks/figures.tsv"
    # The report waits for the figures, not for the paper.
    priority: 1
    conda:
        ENVIRONMENT
    threads: 1
    resources:
        **needing(needs.DRAWING, SIZE),
    params:
        width="double",
        code=code_of("figures", *EVERYTHING_SHOWN),
    script:
        "../../scripts/figures.py"


rule phone:
    """Draw the same figures one column wide, for a phone."""
    input:
        **DRAWN,
    output:
        directory("results/{study}/phone"),
    log:
        "results/{study}/logs/phone.log",
    benchmark:
        "results/{study}/benchmarks/phone.tsv"
    priority: 1
    conda:
        ENVIRONMENT
    threads: 1
    resources:
        **needing(needs.DRAWING, SIZE),
    params:
        width="single",
        code=code_of("figures", *EVERYTHING_SHOWN),
    script:
        "../../scripts/figures.py"


rule paper:
    """The contrast table as Markdown and LaTeX, and the figures at paper size."""
    input:
        **DRAWN,
    output:
        directory("results/{study}/paper"),
    log:
        "results/{study}/logs/paper.log",
    benchmark:
        "results/{study}/benchmarks/paper.tsv"
    conda:
        ENVIRONMENT
    threads: 1
    resources:
        **needing(needs.DRAWING, SIZE),
    params:
        code=code_of("paper", *EVERYTHING_SHOWN),
    script:
        "../../scripts/paper.py"


rule report:
    """Join tables and figures to one HTML file."""
    input:
        **TABLE_FILES,
        evaluations="results/{study}/evaluations.parquet",
        figures="results/{study}/figures",
        phone="results/{study}/phone",
        runs=[] if STUDY.traces else blocks("run.json"),
        canary=[file for file in RUN_FILES if file.endswith("canary.json")],
        study="results/{study}/study.json",
    output:
        report(
            "results/{study}/report.html",
            caption="../report/report.rst",
            category="Report",
            labels={"report": "the answer"},
        ),
    log:
        "results/{study}/logs/report.log",
    benchmark:
        "results/{study}/benchmarks/report.tsv"
    conda:
        ENVIRONMENT
    threads: 1
    resources:
        **needing(needs.DRAWING, SIZE),
    params:
        code=code_of("report", *EVERYTHING_SHOWN),
    script:
        "../../scripts/report.py"
