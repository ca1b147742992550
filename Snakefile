"""From one study file to one report: train, find events, analyse, draw, join."""

import os
import sys

from snakemake.utils import min_version

from thresher import extras
from thresher.garbage_collection import collect_rarely
from thresher.study import (
    StudyError,
    calling,
    fixing,
    folder_of,
    load_configured,
    memory,
    warnings_of,
)

min_version("9.20")
collect_rarely()


# This file's folder: another's where that includes this file, or uses it as a module.
PROJECT = workflow.current_basedir.get_path_or_uri(secret_free=True)


# The project's own settings, wherever it is called from; --configfile and --config go before.
configfile: os.path.join(PROJECT, "config", "config.yaml")


report: "workflow/report/workflow.rst"


try:
    if workflow.is_main_process:
        calling.check_profile(sys.argv[1:], os.environ, PROJECT)
    STUDY = load_configured(config, PROJECT)
    # Jobs that have an environment of their own look there.
    deployed = workflow.deployment_settings.deployment_method
    if STUDY.training and not (workflow.dryrun or deployed):
        extras.require(f"{STUDY.path}: training", "tensorflow", "keras")
except (StudyError, extras.MissingExtraError) as error:
    sys.exit(str(error))


if workflow.is_main_process:
    for warning in (*warnings_of(STUDY), *memory.warnings_of(STUDY)):
        print(warning, file=sys.stderr)

# What a job is told, but does not depend on: it is no parameter that would make it run again.
config["plan"] = fixing.keys(STUDY)
config["folder"] = folder_of(STUDY, PROJECT)


include: "workflow/rules/common.smk"
include: "workflow/rules/study.smk"


if STUDY.traces:

    include: "workflow/rules/import.smk"

elif STUDY.command:

    include: "workflow/rules/command.smk"
    include: "workflow/rules/runs.smk"

else:

    include: "workflow/rules/train.smk"
    include: "workflow/rules/runs.smk"


include: "workflow/rules/analyse.smk"
include: "workflow/rules/report.smk"


onsuccess:
    stop_timers()


onerror:
    say_failures(log)
    stop_timers()


rule all:
    """The report, what a paper needs, and every table and trace behind them."""
    default_target: True
    input:
        f"results/{STUDY.name}/report.html",
        f"results/{STUDY.name}/paper",
        f"results/{STUDY.name}/figures",
        f"results/{STUDY.name}/phone",
        f"results/{STUDY.name}/study.json",
        TABLE_FILES.values(),
        RUN_FILES,
