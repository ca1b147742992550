"""What all rules share: wildcard constraints, paths from the study, digests of code."""

import os
import re
import shlex
import sys
import threading
from dataclasses import replace

from thresher import (
    analyses,
    code,
    command,
    declarations,
    figures,
    own,
    progress,
    project,
    tasks,
)
from thresher.study import Analysis, Presentation, failures, in_study, needs

# For `--sdm conda` and remote jobs, whose Python does not have thresher installed. In a clone only:
# beside an installed package are others, for this Python alone.
if project.in_clone():
    os.environ.update(
        PYTHONPATH=os.pathsep.join(
            filter(None, [str(code.PACKAGE.parent), os.environ.get("PYTHONPATH")])
        )
    )

# Snakemake names its Python to the shell as it stands, so a folder with a space would break scripts.
if shlex.quote(sys.executable) != sys.executable and os.path.exists(sys.executable):
    sys.executable = shlex.quote(sys.executable)

# Jobs run side by side, and a matrix product gives other bits with other numbers of threads.
os.environ.update(OMP_NUM_THREADS="1", OPENBLAS_NUM_THREADS="1", MKL_NUM_THREADS="1")

ARMS = {arm.path: arm for arm in STUDY.arms}
COLLECTED = [
    *("name", "metrics", "axis"),
    # What specifications hold.
    *("arms", "task", "training", "pairing", "entropy", "command"),
    *(["endpoint"] if STUDY.command else []),
]
TABLE_FILES = {
    name: f"results/{STUDY.name}/tables/{name}.csv" for name in analyses.schemas()
}
# A study of imported runs is complete only with what its logs hold.
IMPORTED = {"imported": f"results/{STUDY.name}/import.json"} if STUDY.traces else {}
# What is known of models only once they are built: parameters, and options that are matched.
MODELS = (
    {"models": "results/{study}/models.json"}
    if STUDY.training and any(arm.parameters is None for arm in STUDY.arms)
    else {}
)
EVERY_READER = [
    f"thresher.readers.{name}" for name in declarations.names(code.PACKAGE / "readers")
]
# Models and tasks in files of the user's, which are checked before any training.
OWN_FILES = {
    name
    for name in [getattr(STUDY.task, "name", ""), *(arm.model for arm in STUDY.arms)]
    if own.is_own(name)
}
EVERYTHING_SHOWN = [
    *(f"thresher.analyses.{name}" for name in analyses.NAMES),
    *(f"thresher.figures.{name}" for name in figures.NAMES),
]

# Only for `--sdm conda`. Snakemake looks for wildcards in this path, and a folder may have braces.
ENVIRONMENT = (
    os.path.join(PROJECT, "workflow", "envs", "thresher.yaml")
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
    path = workflow.source_path(f"../../scripts/{script}.py")
    return code.digest(path, *discovered)


def arm_of(wildcards):
    """The arm that the wildcards of a trace name."""
    return ARMS[f"{wildcards.variant}/{wildcards.factors}"]


def training_code(arm):
    """Digests of the code of one arm's training: other models and tasks don't touch it."""
    names = [("tasks", STUDY.task.name), ("models", arm.model)]
    names += [("models", arm.match.model)] if arm.match else []
    files = list(dict.fromkeys(name for _, name in names if own.is_own(name)))
    ours = [f"thresher.{kind}.{name}" for kind, name in names if name not in files]
    ours += ["thresher.own"] if files else []
    digests = [own.digest(name, config["folder"]) for name in files]
    if data := [STUDY.task.options[name] for name in tasks.files_of(STUDY.task.name)]:
        digests.append(command.code_digest(data, config["folder"]))
    return " ".join([code_of("train_block", *ours), *digests])


def check_of(arm):
    """The check of an arm whose model or task is in a file of the user's, before it is trained."""
    # Not ancient: Snakemake would then not see that the arm's own parameters changed, too.
    check = f"results/{STUDY.name}/checks/{arm.path}.json"
    return [check] if {arm.model, STUDY.task.name} & OWN_FILES else []


def blocks(ending, of=None):
    """One file of that ending for each block that is analysed, in the study's order."""
    return [
        f"results/{STUDY.name}/traces/{path}/seeds_{block}.{ending}"
        for path, block in (failures.common_blocks(STUDY, GONE) if of is None else of)
    ]


def identity_of(block):
    """What a block's runs depend on, as one text."""
    arm = ARMS[block[0]]
    own = OWN_CODE if STUDY.command else training_code(arm)
    return f"{STUDY.specification(arm)} {STUDY.seeds_of(block[1])} {own}"


def say_failures(logs):
    """Say each block that failed, and remember it for a call that may leave it out."""
    from pathlib import Path

    said = "".join(Path(log).read_text("utf-8", "replace") for log in logs)
    if failed := failures.found_in(said, STUDY):
        failures.remember(STUDY, failed, identity_of)
        if progress.FOLDER not in os.environ:  # else the live view has said them
            print(*failures.lines(STUDY, failed), sep="\n", file=sys.stderr)


def stop_timers():
    """End Snakemake's own timers, for which its process would wait a second when all is done.

    Each round of its scheduler starts one, to look again for jobs that may be started (9.27).
    """
    for thread in threading.enumerate():
        if isinstance(thread, threading.Timer):
            # A built-in function has no module.
            if str(thread.function.__module__).startswith("snakemake."):
                thread.cancel()


def own_code():
    """A digest of the files that the study names as its program's code."""
    try:
        return command.code_digest(STUDY.command.code, config["folder"])
    except command.CommandError as error:
        sys.exit(f"{STUDY.path}: {error}")


def source_files():
    """Every log that a study about files names."""
    from pathlib import Path

    from thresher.readers import ReadError, find

    try:
        found = find(STUDY.traces.files, Path(STUDY.traces.folder))
    except ReadError as error:
        sys.exit(str(in_study(STUDY.path, error)))
    return [os.path.relpath(log.path) for log in found]


def source_document():
    """The study as reading its logs depends on it: without how the report shows it."""
    plain = replace(
        STUDY, report=Presentation(title=""), question="", analysis=Analysis()
    )
    return plain.document()


def needing(need, size=needs.Size()):
    """Memory (MB) and time (minutes) of a rule, for a scheduler; more with each attempt."""
    return {
        "mem_mb": lambda wildcards, attempt: need.memory(size, attempt),
        "runtime": lambda wildcards, attempt: need.time(size, attempt),
    }


def stated(resources):
    """What a study says that its program needs, as schedulers call it, or what is usual."""
    memory, minutes = resources.get("mem_mb"), resources.get("runtime")
    usual = needing(needs.COMMAND)
    if memory:
        usual["mem_mb"] = lambda wildcards, attempt: attempt * memory
    if minutes:
        usual["runtime"] = lambda wildcards, attempt: attempt * minutes
    return usual | ({"gpu": resources["gpus"]} if "gpus" in resources else {})


def needed_by(analysis):
    """The files of what an analysis needs: tables, evaluations, predictions."""
    sources = {
        name: f"results/{STUDY.name}/{name}.parquet"
        for name in analyses.SOURCES.values()
    }
    return {
        name: {**TABLE_FILES, **sources}[name] for name in analyses.read_by(analysis)
    }


OWN_CODE = own_code() if STUDY.command else ""
# Blocks that failed before, where the study allows that they are missing; the study without them.
GONE = [] if STUDY.traces else failures.left_out(STUDY, identity_of)
if GONE and not failures.common_blocks(STUDY, GONE):
    sys.exit(
        f"{STUDY.path}: allow_missing: no seed is left that all remaining arms have; mend the "
        "arms that fail, or remove allow_missing to try them again"
    )
REPORTED = failures.reported(STUDY, GONE)
MADE = [
    (path, block)
    for path in ARMS
    for block in STUDY.blocks()
    if (path, block) not in GONE
]

# What only runs that are made here have.
RUN_FILES = (
    []
    if STUDY.traces
    else [
        *([f"results/{STUDY.name}/canary.json"] if STUDY.training else []),
        f"results/{STUDY.name}/evaluations.parquet",
        f"results/{STUDY.name}/predictions.parquet",
        *blocks("parquet", MADE),
        *blocks("predictions.parquet", MADE),
        *blocks("run.json", MADE),
    ]
)
SIZE = needs.size_of(
    STUDY, sum(map(os.path.getsize, source_files())) if STUDY.traces else 0
)
