"""The contrasts for a paper: a table as Markdown and as LaTeX, with its caption."""

import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from thresher import format as say
from thresher.files import write_text
from thresher.report.answer import family
from thresher.report.words import records
from thresher.results import Results

Row = tuple[str, ...]


def write_paper(results: Results, folder: str | os.PathLike[str]) -> None:
    """Write ``contrasts.md`` and ``contrasts.tex`` into a folder.

    Parameters
    ----------
    results : Results
    folder : path
    """
    heads, rows, text = heads_of(results), rows_of(results), caption(results)
    write_text(markdown(heads, rows, text), Path(folder) / "contrasts.md")
    write_text(latex(heads, rows, text, results.study.name), Path(folder) / "contrasts.tex")


def heads_of(results: Results) -> Row:
    """Name the columns."""
    interval = f"{say.confidence(results.study.analysis.confidence)} CI"
    return (
        "Arm",
        f"Difference ({results.study.axis.unit})",
        interval,
        "Percent",
        interval,
        "Against the margin",
        "Adjusted p",
        "Verdict",
        "Reached",
    )


def rows_of(results: Results) -> list[Row]:
    """Say every contrast."""
    axis = results.study.axis

    def signed(value: float) -> str:
        return say.signed_duration(value, axis)

    return [
        (
            results.label(row["arm"]) + _against(results, row["reference"]),
            _difference(row, signed),
            _limits(row, "", signed),
            say.MISSING if row["bound"] == "unknown" else say.percent(row["percent"]),
            _limits(row, "percent_", say.percent),
            say.against_margin(row["size"], row["margin"]),
            say.p_value(row["p_adjusted"]).removeprefix("p ").removeprefix("= "),
            row["verdict"],
            f"{say.count(row['reached_arm'])} of {say.count(row['n_arm'])}",
        )
        for row in records(results.table("contrasts"))
    ]


def _against(results: Results, reference: str) -> str:
    return "" if results.study.contrast_reference else f" − {results.label(reference)}"


def _difference(row: dict[str, Any], spoken: Callable[[float], str]) -> str:
    """Say the difference; of arms without an event nothing is known."""
    if row["bound"] == "unknown":
        return say.MISSING
    return ("" if row["bound"] == "none" else f"{row['bound']} ") + spoken(row["mean_difference"])


def _limits(row: dict[str, Any], prefix: str, spoken: Callable[[float], str]) -> str:
    """Say an interval; one seed, or a reference at 0, gives none."""
    low, high = row[f"{prefix}lower"], row[f"{prefix}upper"]
    alone = min(row["n_arm"], row["n_reference"]) < 2
    if alone or row["bound"] == "unknown" or (prefix and not say.known(row["percent"])):
        return say.MISSING
    return say.limits(low, high, spoken)


def caption(results: Results) -> str:
    """Say what the table shows and how many runs stand behind it."""
    contrasts, study = results.table("contrasts"), results.study
    if contrasts.empty:
        return "The study has one arm and no contrast."
    row, reference = contrasts.iloc[0], study.contrast_reference
    axis, unit = study.axis, study.axis.unit
    against = f" against {results.label(reference)}" if reference else ""
    missed = ""
    if reference:
        reached = f"{say.count(row['reached_reference'])} of "
        reached += say.several(row["n_reference"], "run")
        missed = f" {results.label(reference)} reached it in {reached}."
    design = (
        "paired by seed, sign-flip test"
        if row["design"] == "paired"
        else "unpaired, studentised permutation test"
    )
    every = f", evaluated {say.every(study)}" if say.every(study) else ""
    return (
        f"{unit[:1].upper()}{unit[1:]} to a {study.metric.label} of "
        f"{say.measure(study.endpoint.threshold, study.metric)}{say.on_this_set(study)}{against}: "
        f"difference of restricted means within {say.duration(study.endpoint.budget, axis)}"
        f"{every}, {design}, {say.confidence(row['confidence'])} intervals by inversion (not "
        f"adjusted), p-values {family(results)}; margin of equivalence "
        f"±{say.fraction(row['margin'])}.{missed}"
    )


def markdown(heads: Row, rows: Sequence[Row], text: str) -> str:
    """Return a Markdown table with its caption below."""
    words = ("Arm", "Against the margin", "Verdict")
    marks = tuple("---" if head in words else "---:" for head in heads)
    lines = [tuple(map(in_markdown, heads)), marks, *(tuple(map(in_markdown, row)) for row in rows)]
    table = "\n".join(f"| {' | '.join(line)} |" for line in lines)
    return f"{table}\n\n{in_markdown(text)}\n"


def in_markdown(text: str) -> str:
    """Write text so that Markdown takes every letter of it for itself."""
    return "".join(_ENTITIES.get(letter, letter) for letter in " ".join(text.split()))


_ENTITIES = {
    **{sign: f"\\{sign}" for sign in "\\`*_{}[]|#~$"},
    "<": "&lt;",
    ">": "&gt;",
    "&": "&amp;",
}
_SPECIAL = {
    "\\": r"\textbackslash{}",
    "−": "$-$",
    "±": r"$\pm$",
    "∞": r"$\infty$",
    "<": "$<$",
    ">": "$>$",
    "–": "--",
    "’": "'",
    **{sign: f"\\{sign}" for sign in "&%$#_{}"},
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
}


def in_latex(text: str) -> str:
    """Write text as LaTeX takes it."""
    return "".join(_SPECIAL.get(letter, letter) for letter in " ".join(text.split()))


def latex(heads: Row, rows: Sequence[Row], text: str, name: str) -> str:
    """Return a LaTeX table for the package booktabs."""
    columns = "".join("l" if h in ("Arm", "Against the margin", "Verdict") else "r" for h in heads)
    lines = [" & ".join(map(in_latex, row)) + r" \\" for row in rows]
    return "\n".join(
        [
            r"\begin{table}",
            r"\centering",
            rf"\caption{{{in_latex(text)}}}",
            rf"\label{{tab:{_plain(name)}}}",
            rf"\begin{{tabular}}{{{columns}}}",
            r"\toprule",
            " & ".join(map(in_latex, heads)) + r" \\",
            r"\midrule",
            *lines,
            r"\bottomrule",
            r"\end{tabular}",
            r"\end{table}",
            "",
        ]
    )


def _plain(name: str) -> str:
    """Return a name that can stand in a LaTeX label."""
    return "".join(letter if letter.isalnum() or letter in "-_." else "-" for letter in name)
