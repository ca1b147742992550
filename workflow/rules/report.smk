"""Tables → figures → one HTML report, and what a paper needs."""

TABLES = (
    "events",
    "arms",
    "contrasts",
    "pairs",
    "survival",
    "curves",
    "curve_differences",
    "predictions",
    "thresholds",
    "threshold_events",
    "rank_tests",
    "hazards",
    "omnibus",
    "final",
    "improvement",
    "luck_pairs",
    "luck_winners",
)
TABLE_FILES = {name: f"results/{STUDY.name}/tables/{name}.csv" for name in TABLES}


rule figures:
    """Draw every figure that the tables allow, for a page and for a phone."""
    input:
        **TABLE_FILES,
        traces=blocks("parquet"),
        code=script_code("figures"),
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
        "../envs/thresher.yaml"
    threads: 1
    params:
        settings=STUDY.report_settings(),
    script:
        "../../scripts/figures.py"


rule paper:
    """The contrast table as Markdown and LaTeX, and the figures at paper size."""
    input:
        **TABLE_FILES,
        traces=blocks("parquet"),
        code=script_code("paper"),
    output:
        directory("results/{study}/paper"),
    log:
        "results/{study}/logs/paper.log",
    benchmark:
        "results/{study}/benchmarks/paper.tsv"
    conda:
        "../envs/thresher.yaml"
    threads: 1
    params:
        settings=STUDY.report_settings(),
    script:
        "../../scripts/paper.py"


rule report:
    """Join tables and figures to one HTML file."""
    input:
        **TABLE_FILES,
        figures="results/{study}/figures",
        phone="results/{study}/phone",
        runs=blocks("run.json"),
        canary="results/{study}/canary.json",
        code=script_code("report"),
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
        "../envs/thresher.yaml"
    threads: 1
    params:
        settings=STUDY.report_settings(),
    script:
        "../../scripts/report.py"
