"""Tables → figures → one HTML report, and what a paper needs."""


rule figures:
    """Draw every figure that the tables allow, for a page and for a phone."""
    input:
        **TABLE_FILES,
        evaluations="results/{study}/evaluations.parquet",
        study="results/{study}/study.json",
    output:
        phone=directory("results/{study}/phone"),
        figures=report(
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
    conda:
        ENVIRONMENT
    threads: 1
    resources:
        **needing(needs.DRAWING, SIZE),
    params:
        code=code_of("figures", *EVERYTHING_SHOWN),
    script:
        "../../scripts/figures.py"


rule paper:
    """The contrast table as Markdown and LaTeX, and the figures at paper size."""
    input:
        **TABLE_FILES,
        evaluations="results/{study}/evaluations.parquet",
        study="results/{study}/study.json",
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
