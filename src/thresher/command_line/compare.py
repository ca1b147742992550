"""``thresher compare``: from traces to an answer, without a study file and without Snakemake."""

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from thresher.command_line._command import DONE, Command, add_json

if TYPE_CHECKING:
    from thresher.comparison import Comparison
    from thresher.readers import Imported


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "files",
        metavar="FILE",
        nargs="+",
        help="a log, a folder of logs, or a pattern such as 'runs/{arm}/seed_{seed}.csv'; several "
        "without an arm of their own are an arm each, by their names",
    )
    parser.add_argument("--threshold", type=float, metavar="X", required=True, help="to reach")
    parser.add_argument(
        "--better", choices=["lower", "higher"], required=True, help="which values are better"
    )
    parser.add_argument("--value", metavar="COLUMN", help="the metric")
    parser.add_argument("--time", metavar="COLUMN", help="what is counted, such as step")
    parser.add_argument("--arm", metavar="COLUMN", action="append", help="what tells arms apart")
    parser.add_argument("--run", metavar="COLUMN", help="what tells the runs of an arm apart")
    parser.add_argument("--reference", metavar="ARM", help="compared with all others; all pairs")
    parser.add_argument(
        "--paired", action="store_true", help="runs of equal number share something, such as data"
    )
    parser.add_argument("--budget", type=float, metavar="X", help="where runs are censored")
    parser.add_argument("--sustain", type=int, metavar="N", help="evaluations in a row (3)")
    parser.add_argument("--smooth", type=float, metavar="X", help="trailing mean over so much time")
    parser.add_argument("--margin", type=float, metavar="X", help="of equivalence (0.1)")
    parser.add_argument("--report", metavar="FILE", help="write a whole report, one HTML file")
    add_json(parser)


def run(given: argparse.Namespace) -> int:
    from thresher.command_line._printing import print_json, styled
    from thresher.comparison import compare
    from thresher.readers._select import INDEX

    imported = _read(given)
    times = "evaluations" if imported.axis == INDEX else None
    chosen = {"sustain": given.sustain, "smooth": given.smooth, "margin": given.margin}
    found = compare(
        imported,
        threshold=given.threshold,
        better=given.better,
        reference=given.reference,
        paired=given.paired,
        budget=given.budget,
        times=times,
        **{name: value for name, value in chosen.items() if value is not None},
    )
    if given.json:
        print_json(_facts(found))
    else:
        headline, *sentences = found.sentences()
        print(styled(headline, "bold"))
        print("\n".join([*_arms(found), "", *sentences, *imported.notes]))
    if given.report:
        path = found.report(Path(given.report))
        if not given.json:
            print(f"report: {path}")
    return DONE


def _read(given: argparse.Namespace) -> "Imported":
    """Read all files as one table; several without an arm of their own are an arm each."""
    from thresher.readers import read

    columns = {"value": given.value, "axis": given.time, "seed": given.run}
    arm = given.arm[0] if given.arm and len(given.arm) == 1 else given.arm
    wanted = {role: name for role, name in {**columns, "arm": arm}.items() if name}
    if len(given.files) == 1:
        return _one(given.files[0], wanted)
    if arm:
        return read(given.files, columns=wanted)
    return _joined(given.files, [_one(name, wanted) for name in given.files])


def _one(name: str, wanted: dict[str, Any]) -> "Imported":
    """Read a file, a pattern or a folder."""
    from thresher.readers import read

    if "{" in name or "*" in name:
        return read(name, columns=wanted)
    from thresher.command_line._looking import look

    return look(Path(name), wanted).imported


def _joined(names: Sequence[str], parts: Sequence["Imported"]) -> "Imported":
    """Call the runs of each part an arm, by what tells the parts' names apart."""
    from dataclasses import replace

    import pandas as pd

    from thresher.readers import ReadError, from_frame

    metrics = {(part.axis, part.metric) for part in parts}
    if len(metrics) > 1:
        said = " and ".join(f"{metric} by {axis}" for axis, metric in sorted(metrics))
        raise ReadError(f"the logs measure different things, {said}; name --value and --time")
    axis, metric = metrics.pop()
    labels = _labels(names)
    tables = []
    for label, part in zip(labels, parts, strict=True):
        arms = part.summary["arm"].nunique()
        own = part.table if arms == 1 else None
        if own is None:
            raise ReadError(f"{label}: holds {arms} arms; compare it by itself, or name --arm")
        tables.append(own.assign(arm=label))
    frame = pd.concat(tables, ignore_index=True)
    joined = from_frame(
        frame, columns={"arm": "arm", "seed": "seed", "axis": axis, "value": metric}, nan="diverged"
    )
    notes = tuple(dict.fromkeys(note for part in (*parts, joined) for note in part.notes))
    return replace(joined, notes=notes, has_seeds=all(part.has_seeds for part in parts))


def _labels(names: Sequence[str]) -> list[str]:
    """Return what tells names apart: their stems, where these do, else all of them."""
    stems = [Path(name.rstrip("/")).stem for name in names]
    return stems if len(set(stems)) == len(stems) else list(names)


def _arms(found: "Comparison") -> list[str]:
    """Lay out what every arm does."""
    from thresher import format as say
    from thresher.command_line._printing import columns

    rows = [
        (row["arm"], row["n"], row["reached"], row["diverged"], say.number(row["restricted_mean"]))
        for row in found.arms.to_dict("records")
    ]
    unit = found.results.study.axis.unit
    return columns(rows, ("arm", "runs", "reached", "diverged", f"mean {unit}"))


def _facts(found: "Comparison") -> dict[str, Any]:
    import json

    tables = {name: found.table(name) for name in ("arms", "contrasts")}
    return {
        "answer": found.sentences(),
        **{name: json.loads(table.to_json(orient="records")) for name, table in tables.items()},
    }


COMMAND = Command(
    help="compare traces that exist: an answer on the terminal, or a report",
    description="""\
Compare arms by how long their runs need to reach a threshold, straight from their logs:
  thresher compare runs.csv --arm agent --run seed --time step --value reward \\
    --better higher --threshold 200 --report report.html
  thresher compare runs/adam runs/sgd --better lower --threshold 0.3
""",
    arguments=arguments,
    run=run,
    order=55,
)
