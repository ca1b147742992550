"""What all rules share: wildcard constraints, paths from the study, digests of code."""

import os
import re

from thresher import analyses, code, figures

# For `--sdm conda` and remote jobs, whose Python does not have thresher installed.
os.environ.update(
    PYTHONPATH=os.pathsep.join(
        filter(None, [str(code.PACKAGE.parent), os.environ.get("PYTHONPATH")])
    )
)

# Jobs run side by side, and a matrix product gives other bits with other numbers of threads.
os.environ.update(OMP_NUM_THREADS="1", OPENBLAS_NUM_THREADS="1", MKL_NUM_THREADS="1")

ARMS = {arm.path: arm for arm in STUDY.arms}
COLLECTED = [
    *("name", "metrics", "axis"),
    *("arms", "task", "training", "pairing", "entropy"),  # what specifications hold
]
# Where a study is whole only once its logs are read, stages read it; elsewhere each gets its part.
STUDY_FILE = {} if STUDY.training else {"study": "results/{study}/study.json"}
TABLE_FILES = {
    name: f"results/{STUDY.name}/tables/{name}.csv" for name in analyses.schemas()
}
EVERYTHING_SHOWN = [
    *(f"thresher.analyses.{name}" for name in analyses.NAMES),
    *(f"thresher.figures.{name}" for name in figures.NAMES),
]

# Only for `--sdm conda`. Snakemake looks for wildcards in this path, and a folder may have braces.
ENVIRONMENT = (
    os.path.join(workflow.basedir, "workflow", "envs", "thresher.yaml")
    .replace("{", "{{")
    .replace("}", "}}")
)


wildcard_constraints:
    study=re.escape(STUDY.name),
    variant="[^/]+",
    factors="[^/]+",
    block=r"\d+",


def code_of(script, *discovered):
    """A digest of the script of that name and of the library files that it needs."""
    path = os.path.join(workflow.basedir, "scripts", f"{script}.py")
    return code.digest(path, *discovered)


def arm_of(wildcards):
    """The arm that the wildcards of a trace name."""
    return ARMS[f"{wildcards.variant}/{wildcards.factors}"]


def training_code(arm):
    """A digest of the code of one arm's training: other models and tasks don't touch it."""
    task, model = f"thresher.tasks.{STUDY.task.name}", f"thresher.models.{arm.model}"
    return code_of("train_block", task, model)


def blocks(ending):
    """One file of that ending for each arm and block of the study, in the study's order."""
    return [
        f"results/{STUDY.name}/traces/{path}/seeds_{block}.{ending}"
        for path in ARMS
        for block in STUDY.blocks()
    ]


def needed_by(analysis):
    """The files of what an analysis needs: tables, evaluations, predictions."""
    sources = {
        name: f"results/{STUDY.name}/{name}.parquet" for name in analyses.SOURCES
    }
    return {need: {**TABLE_FILES, **sources}[need] for need in analysis.needs}
