"""The contrasts for a paper: a table as Markdown and as LaTeX, with its caption."""

import json
import os
from collections.abc import Mapping, Sequence
from pathlib import Path

import pandas as pd

from thresher import format as say
from thresher.files import write_text
from thresher.report.inputs import Inputs, read_or_empty
from thresher.report.words import limits, records

HEADS = ("Arm", "Difference (epochs)", "Interval", "Percent", "Adjusted p", "Verdict", "Reached")


def write_paper(settings: str, tables: Mapping[str, Path], folder: str | os.PathLike[str]) -> None:
    """Write ``contrasts.md`` and ``contrasts.tex`` into a folder.

    Parameters
    ----------
    settings : str
        What `Study.report_settings` gave.
    tables : mapping of str to path
        At least ``arms`` and ``contrasts``.
    folder : path
    """
    found = {name: read_or_empty(Path(tables[name]), name) for name in ("arms", "contrasts")}
    inputs = Inputs(json.loads(settings), found, {}, {}, {}, (), None)
    rows = _rows(inputs, found["contrasts"])
    text = caption(inputs, found["contrasts"])
    write_text(markdown(rows, text), Path(folder) / "contrasts.md")
    write_text(latex(rows, text, inputs.settings["name"]), Path(folder) / "contrasts.tex")


def _rows(inputs: Inputs, contrasts: pd.DataFrame) -> list[tuple[str, ...]]:
    one = inputs.settings["reference"] is not None
    return [
        (
            inputs.label(row["arm"]) + ("" if one else f" − {inputs.label(row['reference'])}"),
            say.signed_epochs(row["mean_difference"]),
            limits(row["lower"], row["upper"], say.count),
            say.percent(row["percent"]),
            say.p_value(row["p_adjusted"]).removeprefix("p ").removeprefix("= "),
            row["verdict"],
            f"{say.count(row['reached_arm'])} of {say.count(row['n_arm'])}",
        )
        for row in records(contrasts)
    ]


def caption(inputs: Inputs, contrasts: pd.DataFrame) -> str:
    """Say what the table shows and how many runs stand behind it."""
    if contrasts.empty:
        return "The study has one arm and no contrast."
    row, reference = contrasts.iloc[0], inputs.settings["reference"]
    against = f" against {inputs.label(reference)}" if reference else ""
    missed = ""
    if reference:
        reached = f"{say.count(row['reached_reference'])} of {say.count(row['n_reference'])}"
        missed = f" {inputs.label(reference)} reached it in {reached} runs."
    design = (
        "paired by seed, sign-flip test"
        if row["design"] == "paired"
        else ("unpaired, studentised permutation test")
    )
    return (
        f"Epochs to a held-out loss of {say.nats(inputs.threshold)}{against}: difference of "
        f"restricted means within {say.epochs(inputs.budget)}, {design}, "
        f"{say.fraction(row['confidence'])} intervals by inversion (not adjusted), p-values "
        f"adjusted by Holm over {say.count(len(contrasts))} "
        f"{say.plural(len(contrasts), 'contrast')}; margin of equivalence "
        f"±{say.fraction(row['margin'])}.{missed}"
    )


def markdown(rows: Sequence[tuple[str, ...]], text: str) -> str:
    """Return a Markdown table with its caption below."""
    lines = [HEADS, tuple("---" if k in (0, 5) else "---:" for k in range(len(HEADS))), *rows]
    table = "\n".join(
        "| " + " | ".join(c.replace("|", "\\|") for c in line) + " |" for line in lines
    )
    return f"{table}\n\n{text}\n"


_SPECIAL = {
    "\\": r"\textbackslash{}",
    "−": "$-$",
    "±": r"$\pm$",
    "∞": r"$\infty$",
    "<": "$<$",
    ">": "$>$",
    "–": "--",
    **{sign: f"\\{sign}" for sign in "&%$#_{}"},
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
}


def escape(text: str) -> str:
    """Write text as LaTeX takes it."""
    return "".join(_SPECIAL.get(letter, letter) for letter in text)


def latex(rows: Sequence[tuple[str, ...]], text: str, name: str) -> str:
    """Return a LaTeX table for the package booktabs."""
    body = "\n".join(" & ".join(map(escape, row)) + r" \\" for row in rows)
    return "\n".join(
        [
            r"\begin{table}",
            r"\centering",
            rf"\caption{{{escape(text)}}}",
            rf"\label{{tab:{name}}}",
            r"\begin{tabular}{lrrrrlr}",
            r"\toprule",
            " & ".join(HEADS) + r" \\",
            r"\midrule",
            *([body] if rows else []),
            r"\bottomrule",
            r"\end{tabular}",
            r"\end{table}",
            "",
        ]
    )
