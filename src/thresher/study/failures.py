"""Blocks whose jobs failed for good: said, remembered, and left out where the study allows it."""

import hashlib
import json
import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from thresher.files import write_text
from thresher.study.plan import Arm, Missing, MissingRuns, Study

Block = tuple[str, str]
"""An arm's folder and a block's name."""
_LAST_LINES = 3
_STOPPED = "Terminating processes on user request"
_ERROR = re.compile(r"^Error in rule \w+:\n((?:    .*\n)*)", re.MULTILINE)
_TRACE = re.compile(r"/traces/([^/]+/[^/]+)/seeds_(\d+)\.run\.json")
_CHECK = re.compile(r"/checks/([^/]+/[^/]+)\.json")


def found_in(log: str, study: Study) -> list[Block]:
    """Name the blocks that failed in a call of Snakemake and have not been made since.

    Parameters
    ----------
    log : str
        What Snakemake said; empty is returned where the user has stopped it.
    study : Study
    """
    if _STOPPED in log:
        return []
    failed: set[Block] = set()
    for error in _ERROR.findall(log):
        output = next((line for line in error.splitlines() if line.startswith("    output: ")), "")
        failed.update(_TRACE.findall(output))
        failed.update((arm, block) for arm in _CHECK.findall(output) for block in study.blocks())
    return [block for block in _every(study) if block in failed and not is_made(study, block)]


def is_made(study: Study, block: Block) -> bool:
    """Tell whether a block's files are there."""
    base = Path("results", study.name, "traces", block[0])
    endings = ("parquet", "predictions.parquet", "run.json")
    return all((base / f"seeds_{block[1]}.{ending}").is_file() for ending in endings)


def lines(study: Study, failed: Sequence[Block]) -> Iterator[str]:
    """Say each failed block in a line: arm, seeds, the last lines of its log."""
    labels = {arm.path: arm.label for arm in study.arms}
    for arm, block in failed:
        log = _log(study, (arm, block))
        last = " | ".join(_last(log)) or "it has said nothing"
        seeds = span(study.seeds_of(block))
        yield f"failed: {labels[arm]}, {seeds}: {last} ({log})"


def remember(study: Study, failed: Sequence[Block], identity: Callable[[Block], str]) -> None:
    """Keep which blocks failed, with what they depended on, for a call that may leave them out."""
    kept = {**_remembered(study), **{block: _digest(identity(block)) for block in failed}}
    rows = [
        {"arm": block[0], "block": block[1], "identity": kept[block]}
        for block in _every(study)
        if block in kept and not is_made(study, block)
    ]
    write_text(json.dumps(rows, indent=2) + "\n", _file(study))


def left_out(study: Study, identity: Callable[[Block], str]) -> list[Block]:
    """Name the blocks that an analysis does without.

    Those that have failed, as what they are now; none unless the study says ``allow_missing``.
    """
    if not study.allow_missing:
        return []
    known = _remembered(study)
    return [
        block
        for block in _every(study)
        if block in known and known[block] == _digest(identity(block)) and not is_made(study, block)
    ]


def common_blocks(study: Study, gone: Collection[Block]) -> list[Block]:
    """Name the blocks that are analysed: seeds that every arm has which has any."""
    arms = [arm for arm in study.arms if _blocks_of(arm, study, gone)]
    names = [name for name in study.blocks() if not any((arm.path, name) in gone for arm in arms)]
    return [(arm.path, name) for arm in arms for name in names]


def reported(study: Study, gone: Collection[Block]) -> Study:
    """Return the study as it is analysed: without the arms that have no run, nor what names them.

    No specification of a trace is to be made from it: a command's depend on all arms.
    """
    if not gone:
        return study
    blocks = common_blocks(study, gone)
    paths = {arm for arm, _ in blocks}
    arms = tuple(arm for arm in study.arms if arm.path in paths)
    labels = {arm.label for arm in arms}
    seeds = sorted({seed for _, name in blocks for seed in study.seeds_of(name)})
    show = study.report
    panels = tuple(
        replace(panel, arms=tuple(arm for arm in panel.arms if arm in labels))
        for panel in show.panels
        if labels & set(panel.arms)
    )
    highlight = show.highlight_seed if show.highlight_seed in seeds else None
    lost = study.reference is not None and study.reference not in labels
    return replace(
        study,
        arms=arms,
        seeds=len(seeds),
        reference=None if lost else study.reference,
        analysis=replace(study.analysis, contrasts="all_pairs") if lost else study.analysis,
        report=replace(show, panels=panels, highlight_seed=highlight),
        missing=_missing(study, gone, seeds),
    )


def _missing(study: Study, gone: Collection[Block], seeds: Sequence[int]) -> Missing:
    runs = []
    for arm in study.arms:
        lost = [s for path, name in gone if path == arm.path for s in study.seeds_of(name)]
        if lost:
            whole = len(lost) == study.seeds
            runs.append(MissingRuns(arm.label, span(lost), len(lost), whole))
    beside = sorted(set(range(study.seeds)) - set(seeds))
    return Missing(tuple(runs), span(beside) if beside else "", study.reference or "")


def span(seeds: Sequence[int]) -> str:
    """Say seeds shortly.

    Examples
    --------
    >>> span([0]), span([0, 1, 2, 8, 9])
    ('seed 0', 'seeds 0–2, 8–9')
    """
    starts = [s for s in seeds if s - 1 not in seeds]
    ends = [s for s in seeds if s + 1 not in seeds]
    parts = [f"{a}" if a == b else f"{a}–{b}" for a, b in zip(starts, ends, strict=True)]
    return f"{'seed' if len(seeds) == 1 else 'seeds'} {', '.join(parts)}"


def _every(study: Study) -> Iterator[Block]:
    return ((arm.path, name) for arm in study.arms for name in study.blocks())


def _blocks_of(arm: Arm, study: Study, gone: Collection[Block]) -> list[str]:
    return [name for name in study.blocks() if (arm.path, name) not in gone]


def _file(study: Study) -> Path:
    return Path("results", study.name, "failed.json")


def _remembered(study: Study) -> Mapping[Block, str]:
    try:
        rows = json.loads(_file(study).read_text(encoding="utf-8"))
        return {(str(row["arm"]), str(row["block"])): str(row["identity"]) for row in rows}
    except (OSError, ValueError, LookupError, TypeError):
        return {}  # a lost memory only means that everything is tried again


def _digest(identity: str) -> str:
    return hashlib.sha256(identity.encode()).hexdigest()[:16]


def _log(study: Study, block: Block) -> Path:
    logs = Path("results", study.name, "logs")
    check = logs / "check_own" / f"{block[0]}.log"
    made = Path("results", study.name, "checks", f"{block[0]}.json")
    if check.is_file() and not made.is_file():
        return check
    rule = "run_command" if study.command else "train_block"
    return logs / rule / block[0] / f"seeds_{block[1]}.log"


def _last(log: Path) -> list[str]:
    try:
        text = log.read_bytes()[-20_000:].decode("utf-8", errors="replace")
    except OSError:
        return []
    return [" ".join(line.split())[:300] for line in text.splitlines() if line.strip()][
        -_LAST_LINES:
    ]
