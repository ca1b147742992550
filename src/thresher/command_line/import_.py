"""``thresher import``: a folder of logs, what they are, and a study for them."""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, Any

from thresher.command_line._command import DONE, Command, add_json

if TYPE_CHECKING:
    from thresher.command_line._looking import Look


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("logs", metavar="LOGS", help="a folder of logs, or one log")
    parser.add_argument("--value", metavar="COLUMN", help="the metric (guessed, without)")
    parser.add_argument("--axis", metavar="COLUMN", help="what is counted, such as step")
    parser.add_argument("--arm", metavar="COLUMN", action="append", help="what tells arms apart")
    parser.add_argument("--seed", metavar="COLUMN", help="what tells the runs of an arm apart")
    parser.add_argument(
        "--on-restart",
        choices=["keep_last", "continue", "split"],
        help="what to do where the axis falls within a run",
    )
    parser.add_argument("--better", choices=["lower", "higher"], help="which values are better")
    parser.add_argument(
        "--threshold", type=float, metavar="X", help="the value to reach (proposed, without)"
    )
    parser.add_argument(
        "--to", metavar="FILE", help="the study file to write (NAME.yaml here, without)"
    )
    add_json(parser)


def run(given: argparse.Namespace) -> int:
    from thresher.command_line._looking import look, threshold_of
    from thresher.command_line._printing import print_json

    logs = Path(given.logs)
    target = _target(given.to, logs)
    arm = given.arm[0] if given.arm and len(given.arm) == 1 else given.arm
    wanted = {"value": given.value, "axis": given.axis, "arm": arm, "seed": given.seed}
    found = look(logs, wanted, given.better, given.on_restart)
    level = given.threshold
    if level is None:
        level = threshold_of(found.imported, found.better)
    _write(target, found, level, given.threshold is None, given.on_restart)
    if given.json:
        print_json(_facts(found, level, target))
    else:
        print("\n".join(_lines(found, level, target, proposed=given.threshold is None)))
    return DONE


def _target(given: str | None, logs: Path) -> Path:
    """Return the study file that is written; it is not there yet, and its name can be a study's."""
    import re

    from thresher.logs import UserError
    from thresher.study.places import check_name

    name = re.sub(r"[^A-Za-z0-9_.-]+", "_", logs.resolve().stem).strip("_.-") or "imported"
    target = Path(given) if given else Path(f"{name}.yaml")
    if target.suffix not in {".yaml", ".yml"}:
        raise UserError(f"--to: a study file ends in .yaml, but was {target}")
    if target.exists():
        raise UserError(f"{target}: is there already; name another file by --to")
    check_name(target)
    return target


def _facts(found: "Look", level: float, target: Path) -> dict[str, Any]:
    summary = found.imported.summary
    return {
        "study": str(target),
        "format": found.reader.name,
        "files": len(found.files),
        "pattern": found.layout.pattern,
        "metric": found.imported.metric,
        "axis": found.imported.axis,
        "better": found.better,
        "threshold": level,
        "arms": [
            {"arm": str(arm), "runs": int(runs), "seeds": _seeds(found, arm)}
            for arm, runs in zip(summary["arm"], summary["runs"], strict=True)
        ],
        "left_out": list(found.others),
        "notes": list(found.imported.notes),
    }


def _lines(found: "Look", level: float, target: Path, proposed: bool) -> list[str]:
    from thresher.command_line._printing import columns
    from thresher.readers._problems import listed
    from thresher.terminal import several

    imported = found.imported
    lines = [
        f"{several(len(found.files), 'log')}: {found.reader.title} ({found.layout.pattern})",
        f"metric {imported.metric}, {found.better} is better"
        + ("" if found.sure else " (a guess: say --better)")
        + f"; axis {imported.axis}",
    ]
    if found.metrics:
        lines.append(f"also measured: {listed(list(found.metrics), 12)} (choose by --value)")
    if found.others:
        lines.append(f"left out: {listed(list(found.others), 4)}")
    lines += ["", *columns(_rows(found), ("arm", "runs", "seeds", "from", "to", "evaluations"))]
    lines += ["", *imported.notes] if imported.notes else [""]
    about = "proposed, four fifths of the way of the least arm; " if proposed else ""
    lines.append(f"threshold {level:g} ({about}it decides what is asked, so choose it yourself)")
    lines.append(f"wrote {target}; next: thresher run {target}")
    return lines


def _rows(found: "Look") -> list[tuple[object, ...]]:
    rows: list[tuple[object, ...]] = []
    for row in found.imported.summary.to_dict("records"):
        fewest, most = int(row["evaluations_fewest"]), int(row["evaluations_most"])
        each = f"{fewest}" if fewest == most else f"{fewest} to {most}"
        seeds = ", ".join(_ranges(_seeds(found, row["arm"])))
        rows.append((row["arm"], row["runs"], seeds, f"{row['first']:g}", f"{row['last']:g}", each))
    return rows


def _seeds(found: "Look", arm: str) -> list[Any]:
    table = found.imported.table
    seeds: list[Any] = table["seed"][table["arm"] == arm].drop_duplicates().tolist()
    return seeds


def _ranges(seeds: list[Any]) -> list[str]:
    """Write consecutive numbers as a range."""
    if not all(isinstance(seed, int) for seed in seeds):
        return [str(seed) for seed in seeds[:6]] + (["…"] if len(seeds) > 6 else [])
    parts: list[list[int]] = []
    for seed in sorted(seeds):
        if parts and seed == parts[-1][-1] + 1:
            parts[-1].append(seed)
        else:
            parts.append([seed])
    return [f"{part[0]}–{part[-1]}" if len(part) > 1 else f"{part[0]}" for part in parts]


def _write(
    target: Path, found: "Look", level: float, proposed: bool, on_restart: str | None
) -> None:
    import os

    from thresher.files import write_text

    folder = Path(os.path.relpath(found.folder, target.parent))
    if folder.parts[:2] == ("..", ".."):  # far away: nothing that moves together
        folder = found.folder.resolve()
    pattern = (folder / found.layout.pattern).as_posix()
    restarts = f"\n  on_restart: {on_restart}" if on_restart else ""
    write_text(_text(found, pattern, level, proposed, restarts), target)


def _text(found: "Look", pattern: str, level: float, proposed: bool, restarts: str) -> str:
    """Return the study file."""
    import json

    from thresher.readers._select import INDEX

    def word(value: object) -> str:
        return json.dumps(value, ensure_ascii=False)

    imported = found.imported
    known = {"value": imported.metric, **found.columns}
    columns = ", ".join(f"{role}: {word(value)}" for role, value in known.items())
    arms = list(imported.summary["arm"])
    unit = ", unit: evaluations" if imported.axis == INDEX else ""
    axis = f"name: {word(imported.axis)}{unit}"
    guess = "" if found.sure else "      # a guess: is lower better, or higher?"
    about = "  # proposed: choose the level that matters to you" if proposed else ""
    return f"""\
# Made from {len(found.files)} logs ({found.reader.title}); docs/import-traces.md explains the keys.
question: Which arm gets there sooner?

traces:
  files: {word(pattern)}
  columns: {{{columns}}}
  format: {found.reader.name}{restarts}
  # arms: {{{word(arms[0])}: a better name}}     # other names; null leaves an arm out

metric: {{name: {word(imported.metric)}, better: {found.better}}}{guess}
axis: {{{axis}}}

# Say `pairing: data` only if equal seeds share something, such as their data.
pairing: none

# The arm that every other is compared with; all pairs without.
# reference: {word(arms[0])}

# A run is there at the first of 3 evaluations in a row on the right side of the threshold.
endpoint:
  threshold: {level!r}{about}
  sustain: 3
"""


COMMAND = Command(
    help="look at a folder of logs, say what they are, and write a study for them",
    description="""\
Look at a folder of logs: say which format they are, which metric, arms, runs and seeds they hold,
and write a study file for them. What is guessed is said, and can be given. The logs are only read.
""",
    arguments=arguments,
    run=run,
    order=50,
)
