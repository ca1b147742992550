"""Traces → tables: results/{study}/tables/*.csv, one rule for each family of statistics."""


rule events:
    """Reduce every trace to one row: epochs to threshold, reached or censored."""
    input:
        traces=blocks("parquet"),
        code=script_code("events"),
    output:
        events=report(
            "results/{study}/tables/events.csv",
            caption="../report/events.rst",
            category="Epochs to threshold",
            labels={"table": "runs"},
        ),
    log:
        "results/{study}/logs/events.log",
    benchmark:
        "results/{study}/benchmarks/events.tsv"
    conda:
        "../envs/thresher.yaml"
    threads: 1
    params:
        endpoint=STUDY.endpoint_settings(),
    script:
        "../../scripts/events.py"


rule predictions:
    """Join the final predictions of every run on one held-out sequence."""
    input:
        predictions=blocks("predictions.parquet"),
        code=script_code("predictions"),
    output:
        predictions=report(
            "results/{study}/tables/predictions.csv",
            caption="../report/predictions.rst",
            category="Predictions",
            labels={"table": "predictions"},
        ),
    log:
        "results/{study}/logs/predictions.log",
    benchmark:
        "results/{study}/benchmarks/predictions.tsv"
    conda:
        "../envs/thresher.yaml"
    threads: 1
    script:
        "../../scripts/predictions.py"


rule curves:
    """Mean held-out curves and paired differences to the reference, with bands."""
    input:
        traces=blocks("parquet"),
        code=script_code("curves"),
    output:
        curves=report(
            "results/{study}/tables/curves.csv",
            caption="../report/curves.rst",
            category="Learning curves",
            labels={"table": "mean curves"},
        ),
        differences=report(
            "results/{study}/tables/curve_differences.csv",
            caption="../report/curves.rst",
            category="Learning curves",
            labels={"table": "differences to the reference"},
        ),
    log:
        "results/{study}/logs/curves.log",
    benchmark:
        "results/{study}/benchmarks/curves.tsv"
    conda:
        "../envs/thresher.yaml"
    threads: 1
    params:
        analysis=STUDY.analysis_settings(),
    script:
        "../../scripts/curves.py"


rule contrasts:
    """The primary analysis: estimates for every arm, tests and verdicts for every contrast."""
    input:
        events="results/{study}/tables/events.csv",
        code=script_code("contrasts"),
    output:
        arms=report(
            "results/{study}/tables/arms.csv",
            caption="../report/arms.rst",
            category="Epochs to threshold",
            labels={"table": "arms"},
        ),
        contrasts=report(
            "results/{study}/tables/contrasts.csv",
            caption="../report/contrasts.rst",
            category="Contrasts",
            labels={"table": "contrasts"},
        ),
        pairs=report(
            "results/{study}/tables/pairs.csv",
            caption="../report/contrasts.rst",
            category="Contrasts",
            labels={"table": "all pairs, exploratory"},
        ),
        survival=report(
            "results/{study}/tables/survival.csv",
            caption="../report/survival.rst",
            category="Epochs to threshold",
            labels={"table": "survival curves"},
        ),
    log:
        "results/{study}/logs/contrasts.log",
    benchmark:
        "results/{study}/benchmarks/contrasts.tsv"
    conda:
        "../envs/thresher.yaml"
    threads: 1
    params:
        analysis=STUDY.analysis_settings(),
    script:
        "../../scripts/contrasts.py"


rule thresholds:
    """How far the contrasts depend on the threshold: a grid around it, by max-T."""
    input:
        traces=blocks("parquet"),
        code=script_code("thresholds"),
    output:
        thresholds=report(
            "results/{study}/tables/thresholds.csv",
            caption="../report/thresholds.rst",
            category="Sensitivity",
            labels={"table": "threshold grid"},
        ),
        events="results/{study}/tables/threshold_events.csv",
    log:
        "results/{study}/logs/thresholds.log",
    benchmark:
        "results/{study}/benchmarks/thresholds.tsv"
    conda:
        "../envs/thresher.yaml"
    threads: 1
    params:
        endpoint=STUDY.endpoint_settings(),
        analysis=STUDY.analysis_settings(),
    script:
        "../../scripts/thresholds.py"


rule sensitivity:
    """Rank tests, hazard ratios and the omnibus test, for readers who expect them."""
    input:
        events="results/{study}/tables/events.csv",
        code=script_code("sensitivity"),
    output:
        rank_tests=report(
            "results/{study}/tables/rank_tests.csv",
            caption="../report/sensitivity.rst",
            category="Sensitivity",
            labels={"table": "rank tests"},
        ),
        hazards=report(
            "results/{study}/tables/hazards.csv",
            caption="../report/sensitivity.rst",
            category="Sensitivity",
            labels={"table": "hazard ratios"},
        ),
        omnibus=report(
            "results/{study}/tables/omnibus.csv",
            caption="../report/sensitivity.rst",
            category="Sensitivity",
            labels={"table": "omnibus test"},
        ),
    log:
        "results/{study}/logs/sensitivity.log",
    benchmark:
        "results/{study}/benchmarks/sensitivity.tsv"
    conda:
        "../envs/thresher.yaml"
    threads: 1
    params:
        analysis=STUDY.analysis_settings(),
    script:
        "../../scripts/sensitivity.py"


rule final:
    """Loss and accuracy at the budget."""
    input:
        events="results/{study}/tables/events.csv",
        code=script_code("final"),
    output:
        final=report(
            "results/{study}/tables/final.csv",
            caption="../report/final.rst",
            category="At the budget",
            labels={"table": "loss and accuracy"},
        ),
        improvement=report(
            "results/{study}/tables/improvement.csv",
            caption="../report/final.rst",
            category="At the budget",
            labels={"table": "probability of improvement"},
        ),
    log:
        "results/{study}/logs/final.log",
    benchmark:
        "results/{study}/benchmarks/final.tsv"
    conda:
        "../envs/thresher.yaml"
    threads: 1
    params:
        analysis=STUDY.analysis_settings(),
    script:
        "../../scripts/final.py"


rule luck:
    """Was it the seed? What comparisons of one to ten seeds would have said."""
    input:
        events="results/{study}/tables/events.csv",
        code=script_code("luck"),
    output:
        pairs=report(
            "results/{study}/tables/luck_pairs.csv",
            caption="../report/luck.rst",
            category="Was it the seed?",
            labels={"table": "order of two arms"},
        ),
        winners=report(
            "results/{study}/tables/luck_winners.csv",
            caption="../report/luck.rst",
            category="Was it the seed?",
            labels={"table": "winner among all arms"},
        ),
    log:
        "results/{study}/logs/luck.log",
    benchmark:
        "results/{study}/benchmarks/luck.tsv"
    conda:
        "../envs/thresher.yaml"
    threads: 1
    params:
        analysis=STUDY.analysis_settings(),
    script:
        "../../scripts/luck.py"
