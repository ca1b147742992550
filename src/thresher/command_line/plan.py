"""``thresher plan``: what a study is, what is done, what the rest takes, what seeds would buy."""

import argparse
from typing import TYPE_CHECKING, Any

from thresher.command_line._command import DONE, Command, add_json, add_study

if TYPE_CHECKING:
    from thresher.command_line._forecast import Forecast
    from thresher.command_line._study import Place


def arguments(parser: argparse.ArgumentParser) -> None:
    add_study(parser, optional=True)
    parser.add_argument(
        "--cores", type=int, metavar="N", help="forecast for so many (1, 4 and all there are)"
    )
    parser.add_argument("--more", type=int, metavar="N", help="what N more seeds cost and buy")
    add_json(parser)


def run(given: argparse.Namespace) -> int:
    from thresher.command_line._forecast import forecast
    from thresher.command_line._printing import print_json
    from thresher.command_line._snakemake import available, jobs_of
    from thresher.command_line._study import locate
    from thresher.logs import UserError

    for option in ("cores", "more"):
        value = getattr(given, option)
        if value is not None and value < 1:
            raise UserError(f"--{option}: must be a whole number from 1 on, but was {value}")
    place = locate(given.study)
    size = _size(place)
    jobs = jobs_of(place)
    ahead = forecast(place, jobs)
    cores = [given.cores] if given.cores else sorted({1, 4, available()})
    facts = {**size, **_to_do(place, jobs)}
    facts["forecast"] = ahead if isinstance(ahead, str) else _said(ahead, cores)
    facts["seeds"] = _seeds(place, size["arms"], given.more, ahead)
    if given.json:
        print_json(facts)
    else:
        print("\n".join(_lines(place, facts)))
    return DONE


def _size(place: "Place") -> dict[str, Any]:
    """Count arms, runs and blocks."""
    study = place.study
    if study.traces:
        from thresher.command_line.check import check_logs

        found = check_logs(place)
        runs = sum(arm.runs for arm in found.arms)
        return {"study": place.name, "arms": len(found.arms), "seeds": found.seeds, "runs": runs}
    arms = len(study.arms)
    blocks = arms * len(study.blocks())
    return {
        "study": place.name,
        "arms": arms,
        "seeds": study.seeds,
        "runs": arms * study.seeds,
        "blocks": blocks,
    }


def _to_do(place: "Place", jobs: list[dict[str, Any]]) -> dict[str, Any]:
    from thresher.live.happening import MAKING

    making = [job["wildcards"] for job in jobs if job["rule"] in MAKING]
    runs = sum(len(place.study.seeds_of(one["block"])) for one in making)
    return {"jobs": len(jobs), "blocks_to_make": len(making), "runs_to_make": runs}


def _said(ahead: "Forecast", cores: list[int]) -> dict[str, Any]:
    return {
        "source": ahead.source,
        "off": round(ahead.off, 2),
        "core_minutes": round(ahead.core_seconds / 60, 1),
        "cores": [
            {
                "cores": count,
                "seconds": round(ahead.finish(count)),
                "memory_bytes": round(ahead.memory * ahead.parallel(count)),
            }
            for count in cores
        ],
    }


def _seeds(
    place: "Place", arms: int, more: int | None, ahead: "Forecast | str"
) -> list[dict[str, Any]]:
    """Say what other numbers of seeds cost, and the smallest difference that they show."""
    from thresher.command_line._seeds import contrasts_of, spread_of, steps
    from thresher.statistics.sample_size import smallest_difference

    study = place.study
    if study.traces or arms < 2:
        return []
    spread, family = spread_of(place), contrasts_of(study, arms)
    rows = []
    for seeds in steps(study.seeds, more):
        least = smallest_difference(spread.deviation, seeds, study.analysis.alpha, 0.80, family)
        cost = None if isinstance(ahead, str) else (seeds - study.seeds) * ahead.seed / 60
        rows.append(
            {
                "seeds": seeds,
                "core_minutes_more": None if cost is None else round(cost, 1),
                "smallest_difference": least if least < float("inf") else None,
                "unit": study.axis.unit if spread.mean else "standard deviations",
                "percent": None if not spread.mean else round(100 * least / spread.mean, 1),
            }
        )
    return rows


def _lines(place: "Place", facts: dict[str, Any]) -> list[str]:
    from thresher.terminal import several

    arms, runs = several(facts["arms"], "arm"), several(facts["runs"], "run")
    lines = [f"{facts['study']}: {arms}, {runs}"]
    if "blocks" in facts:
        lines[0] += f" in {several(facts['blocks'], 'block')}"
        there = facts["blocks"] - facts["blocks_to_make"]
        lines.append(
            f"there already: {there} of {several(facts['blocks'], 'block')}, "
            f"{facts['runs'] - facts['runs_to_make']} of {runs}"
        )
    lines.append(
        f"to do: {several(facts['jobs'], 'job')}"
        + (f", {several(facts['runs_to_make'], 'run')}" if facts["runs_to_make"] else "")
        if facts["jobs"]
        else "to do: nothing, everything is there"
    )
    return [*lines, *_forecast_lines(facts), *_seed_lines(facts)]


def _forecast_lines(facts: dict[str, Any]) -> list[str]:
    from thresher.command_line._printing import columns, size
    from thresher.terminal import duration

    ahead = facts["forecast"]
    if isinstance(ahead, str):
        return [f"no forecast: {ahead}"]
    if not facts["jobs"]:
        return []
    rows = [
        (
            row["cores"],
            duration(row["seconds"]),
            size(row["memory_bytes"]) if row["memory_bytes"] else "–",
        )
        for row in ahead["cores"]
    ]
    return [
        "",
        f"forecast from {ahead['source']}: {ahead['core_minutes']:g} core-minutes, "
        + ("half or double" if ahead["off"] >= 1 else f"may be off by {ahead['off']:.0%}"),
        *columns(rows, ("cores", "finish in", "memory")),
    ]


def _seed_lines(facts: dict[str, Any]) -> list[str]:
    from thresher.command_line._printing import columns

    if not facts["seeds"]:
        return []
    rows = []
    for row in facts["seeds"]:
        cost, least = row["core_minutes_more"], row["smallest_difference"]
        shown = "none: too few to reject" if least is None else f"{least:.3g} {row['unit']}"
        if row["percent"] is not None and least is not None:
            shown += f" ({row['percent']:g} % of the reference)"
        rows.append((row["seeds"], "not known" if cost is None else f"{cost:g}", shown))
    known = facts["seeds"][0]["percent"] is not None
    lines = [
        "",
        "seeds of each arm, what they cost more, and the smallest difference found in 80 % of "
        "studies" + ("" if known else " (no runs yet: in units of the spread of differences)"),
        *columns(rows, ("seeds", "core-minutes", "smallest difference")),
    ]
    return lines


COMMAND = Command(
    help="arms, runs and jobs, what is done, what the rest takes, what more seeds would buy",
    description="""\
Say what a study is and what of it is done, and forecast what the rest takes: from earlier runs, or
from a few seconds of making some. Then what more seeds would cost, and which difference they could
show: a rough guess, from the spread of the runs that there are.
""",
    arguments=arguments,
    run=run,
    order=30,
)
