"""Evaluations → tables: one rule for each file of src/thresher/analyses, named like it.

The rule of the analysis `survival` reads results/{study}/tables/events.csv, which its declaration
needs, and writes results/{study}/tables/survival.csv, which its declaration gives.
"""

for NAME, ANALYSIS in analyses.every().items():

    rule:
        name:
            NAME
        input:
            **needed_by(ANALYSIS),
            **IMPORTED,
            **(MODELS if "arms" in ANALYSIS.uses else {}),
        output:
            **{
                table: report(
                    f"results/{{study}}/tables/{table}.csv",
                    caption="../report/table.rst",
                    category=ANALYSIS.title,
                    labels={"table": table},
                )
                for table in ANALYSIS.tables
            },
        log:
            f"results/{{study}}/logs/{NAME}.log",
        benchmark:
            f"results/{{study}}/benchmarks/{NAME}.tsv"
        # What waits for no run is done beside the training.
        priority: 0 if ANALYSIS.needs else 2
        conda:
            ENVIRONMENT
        threads: 1
        resources:
            **needing(needs.ANALYSIS, SIZE),
        params:
            analysis=NAME,
            about={table: declared.about for table, declared in ANALYSIS.tables.items()},
            study=lambda wildcards, uses=ANALYSIS.uses: REPORTED.part(*uses),
            code=code_of("analyse", f"thresher.analyses.{NAME}"),
        script:
            "../../scripts/analyse.py"
