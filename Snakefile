"""From one study file to one report: train, find events, analyse, draw, join."""

import sys

from snakemake.utils import min_version

from thresher.study import StudyError, load

min_version("9.20")


configfile: "config/config.yaml"


report: "workflow/report/workflow.rst"


try:
    STUDY = load(config.get("study"))
except StudyError as error:
    sys.exit(str(error))


include: "workflow/rules/common.smk"
include: "workflow/rules/train.smk"
include: "workflow/rules/analyse.smk"
include: "workflow/rules/report.smk"


rule all:
    """The report, and the tables and figures for a paper."""
    default_target: True
    input:
        f"results/{STUDY.name}/report.html",
        f"results/{STUDY.name}/paper",
