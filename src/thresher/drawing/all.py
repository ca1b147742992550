"""Every figure that a study's tables allow, as files."""

import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pandas as pd
from matplotlib.figure import Figure

from thresher.drawing.saving import save
from thresher.drawing.style import DOUBLE, SINGLE
from thresher.figures import (
    curve_differences,
    forest,
    learning_curves,
    luck,
    matrix,
    panels,
    predictions,
    runs,
    single_runs,
    survival,
    thresholds,
)
from thresher.figures.inputs import Inputs

# In the report's order. A new figure is a file with `drawings(inputs)`, and a line here.
FIGURES = (
    learning_curves,
    panels,
    curve_differences,
    survival,
    runs,
    forest,
    matrix,
    thresholds,
    luck,
    single_runs,
    predictions,
)
PAPER = (learning_curves, curve_differences, survival, runs, forest, thresholds)
_WIDTHS = {"single": SINGLE, "double": DOUBLE}


def figures(inputs: Inputs) -> Iterator[tuple[str, Figure]]:
    """Yield the name and the figure of everything that can be drawn."""
    for module in FIGURES:
        yield from module.drawings(inputs)


def draw_all(
    tables: Mapping[str, pd.DataFrame],
    settings: Mapping[str, Any],
    folder: str | os.PathLike[str],
    traces: pd.DataFrame | None = None,
    width: float = DOUBLE,
) -> list[str]:
    """Write every figure as ``<folder>/<name>.svg`` and return the names.

    Parameters
    ----------
    tables : mapping of str to pandas.DataFrame
        By the names of `tables.TABLES`; at least ``arms``.
    settings : mapping
        The content of `Study.report_settings()`.
    folder : path
    traces : pandas.DataFrame, optional
        Columns of `tables.TRACE`, for raw runs; without them, figures of runs are left out.
    width : float
        Of every figure, inches: `style.DOUBLE` for a page, `style.SINGLE` for a phone.
    """
    written = []
    for name, figure in figures(Inputs(tables, settings, traces, width)):
        save(figure, Path(folder) / f"{name}.svg")
        written.append(name)
    return written


def paper(
    tables: Mapping[str, pd.DataFrame],
    settings: Mapping[str, Any],
    folder: str | os.PathLike[str],
    traces: pd.DataFrame | None = None,
) -> list[str]:
    """Write the main figures as PDF, one and two columns wide, and return the file names.

    Arguments are those of `draw_all`; files are called ``<name>_single.pdf`` (3.5 inches) and
    ``<name>_double.pdf`` (7.2 inches). Figures of the threshold grid are left out.
    """
    written = []
    for suffix, width in _WIDTHS.items():
        inputs = Inputs(tables, settings, traces, width)
        for module in PAPER:
            for name, figure in module.drawings(inputs):
                if "_at_" in name:
                    break
                save(figure, Path(folder) / f"{name}_{suffix}.pdf")
                written.append(f"{name}_{suffix}.pdf")
    return written
