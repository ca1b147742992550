"""What all rules share: wildcard constraints, and paths from the study."""

import os
import re

from thresher.code import PACKAGE, code

# For `--sdm conda` and remote jobs, whose Python does not have thresher installed.
os.environ.update(
    PYTHONPATH=os.pathsep.join(
        filter(None, [str(PACKAGE.parent), os.environ.get("PYTHONPATH")])
    )
)

# Jobs run side by side, and a matrix product gives other bits with other numbers of threads.
os.environ.update(OMP_NUM_THREADS="1", OPENBLAS_NUM_THREADS="1", MKL_NUM_THREADS="1")

ARMS = {arm.path: arm for arm in STUDY.arms}
SCRIPTS = os.path.join(workflow.basedir, "scripts")


wildcard_constraints:
    study=re.escape(STUDY.name),
    variant="[^/]+",
    merge_mode="[^/]+",
    factors="[^/]+",
    block=r"\d+",


def script_code(name, *discovered):
    """The script of that name and the library files that it needs, for `input: code=`.

    Relative, so that a project that is moved, results and all, reruns nothing.
    """
    files = code(os.path.join(SCRIPTS, f"{name}.py"), *discovered)
    return [os.path.relpath(file) for file in files]


def arm_of(wildcards):
    """The arm that the wildcards of a trace name."""
    return ARMS[f"{wildcards.variant}/{wildcards.merge_mode}/{wildcards.factors}"]


def training_code(wildcards):
    """The code of one arm's training: other models and tasks don't touch it."""
    return script_code(
        "train_block",
        f"thresher.tasks.{STUDY.task.name}",
        f"thresher.models.{arm_of(wildcards).model}",
    )


def blocks(ending):
    """One file of that ending for each arm and block of the study, in the study's order."""
    return [
        f"results/{STUDY.name}/traces/{path}/seeds_{block}.{ending}"
        for path in ARMS
        for block in STUDY.blocks()
    ]
