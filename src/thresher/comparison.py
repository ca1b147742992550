"""`compare`: from a table of evaluations to an answer, in a notebook or a script."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal

import pandas as pd
import pyarrow as pa

from thresher.importing import UNKNOWN, facts_of
from thresher.metric import Axis, Better, Metric
from thresher.readers import Imported, ReadError, from_frame
from thresher.results import Results
from thresher.stages import analyse_all
from thresher.study.plan import ENTROPY, Analysis, Endpoint, Presentation, Study, usual_question


def compare(
    data: Any,
    *,
    threshold: float,
    better: Better,
    arm: str | list[str] = "arm",
    run: str | None = "seed",
    time: str = "epoch",
    value: str | None = None,
    reference: str | None = None,
    paired: bool = False,
    sustain: int = 3,
    smooth: float = 0,
    budget: float | None = None,
    margin: float = Analysis.margin,
    alpha: float = Analysis.alpha,
    confidence: float = Analysis.confidence,
    curves: Literal["mean", "iqm"] = "mean",
    label: str | None = None,
    unit: str = "",
    times: str | None = None,
    minimum: float | None = None,
    maximum: float | None = None,
    labels: Mapping[str, str] | None = None,
    nan: Literal["diverged", "missing"] | None = None,
    title: str = "Comparison",
    question: str | None = None,
    entropy: int = ENTROPY,
) -> "Comparison":
    """Compare arms by the time that their runs need to reach a threshold and stay there.

    The same functions as the workflow's, with the same numbers.

    Parameters
    ----------
    data : DataFrame or Imported
        A row an evaluation: pandas, polars, Arrow and what else speaks Arrow or has
        ``to_pandas()``; or what `thresher.read` gave.
    threshold : float
        The value to be reached, inclusive.
    better : {"lower", "higher"}
        Which values of the metric are the better ones.
    arm : str or list of str
        The column, or columns, that say what is compared.
    run : str or None
        The column that tells the runs of an arm apart, such as a seed. With `paired`, equal ones
        share random numbers. None where an arm has one run.
    time : str
        The column that is counted, such as ``"step"``.
    value : str or None
        The metric's column; may be left out where there is one more column only.
    reference : str or None
        The arm that all others are compared with; all pairs where None.
    paired : bool
        Whether runs of equal `run` belong together: say so only if they share something.
    sustain : int
        Consecutive evaluations on the right side of the threshold.
    smooth : float
        A trailing mean over so much of the time takes the metric's place; 0 for none.
    budget : float or None
        Where runs are censored; the largest that all have where None.
    margin : float
        Of equivalence, a fraction of the reference's mean time.
    alpha, confidence : float
    curves : {"mean", "iqm"}
        With ``"iqm"``, a figure of interquartile means beside that of the means.
    label, unit : str
        What the metric is called, such as ``"return"``, and its unit.
    times : str or None
        Several of `time`: ``"steps"``; with an s where None.
    minimum, maximum : float or None
        What the metric can't go beyond.
    labels : mapping of str to str or None
        What to call an arm, where not by its name.
    nan : {"diverged", "missing"} or None
        What a NaN means; None refuses to guess.
    title, question : str
        For the report.
    entropy : int
        Of random flips; equal entropy gives equal p-values.

    Returns
    -------
    Comparison

    Raises
    ------
    ReadError
        One line a problem: column, value, remedy.

    Examples
    --------
    >>> import pandas as pd
    >>> rows = [
    ...     {"agent": agent, "seed": seed, "step": step, "reward": step * speed + seed}
    ...     for agent, speed in (("slow", 1.0), ("fast", 2.0))
    ...     for seed in range(8)
    ...     for step in range(0, 101, 5)
    ... ]
    >>> found = compare(
    ...     pd.DataFrame(rows),
    ...     time="step",
    ...     value="reward",
    ...     arm="agent",
    ...     better="higher",
    ...     threshold=60,
    ...     reference="slow",
    ...     paired=True,
    ... )
    >>> found.contrasts[["arm", "mean_difference", "verdict"]].to_dict("records")
    [{'arm': 'fast', 'mean_difference': -28.125, 'verdict': 'faster'}]
    """
    imported = data if isinstance(data, Imported) else _read(data, arm, run, time, value, nan)
    metric = Metric(
        name=imported.metric,
        label=label or imported.metric,
        unit=unit,
        better=better,
        minimum=minimum,
        maximum=maximum,
    )
    if not metric.holds(threshold):
        raise ReadError(f"threshold: {threshold:g} is beyond what {metric.label} can be")
    plan = Analysis(
        alpha=alpha,
        confidence=confidence,
        curves=curves,
        margin=margin,
        contrasts="reference" if reference else "all_pairs",
        threshold_grid=metric.grid(threshold) or (),
    )
    study = Study(
        name="comparison",
        path="",
        question=question or "",
        metrics=(metric,),
        axis=Axis.named(imported.axis, times),
        task=None,
        training=None,
        pairing="data" if paired else "none",
        entropy=entropy,
        seeds=0,
        seeds_per_job=1,
        arms=(),
        reference=reference,
        endpoint=Endpoint(float(threshold), "call", sustain, smooth, budget or UNKNOWN),
        analysis=plan,
        report=Presentation(title=title, labels=dict(labels or {})),
    )
    facts, frame = facts_of(study, imported)
    done = study.completed(facts)
    if not done.question:
        done = replace(done, question=usual_question(len(done.arms)))
    results = analyse_all(done, frame)
    results.table("contrasts")  # what is wrong is said now, the rest is computed when asked for
    return Comparison(results)


def _read(
    data: Any,
    arm: str | list[str],
    run: str | None,
    time: str,
    value: str | None,
    nan: Literal["diverged", "missing"] | None,
) -> Imported:
    frame = data if isinstance(data, pd.DataFrame) else _as_pandas(data)
    columns: dict[str, str | list[str]] = {"arm": arm, "axis": time}
    if run is not None:
        columns["seed"] = run
    named = {time, run, *([arm] if isinstance(arm, str) else arm)}
    rest = [str(name) for name in frame.columns if name not in named]
    if value is not None or len(rest) == 1:
        columns["value"] = value or rest[0]
    return from_frame(frame, columns=columns, nan=nan)


def _as_pandas(data: Any) -> pd.DataFrame:
    """Take other tables, such as polars' or Arrow's; nulls stay apart from NaN in Arrow's way."""
    frame: pd.DataFrame
    if hasattr(data, "__arrow_c_stream__"):
        table = pa.table(data)
        frame = table.to_pandas()
        for name in table.column_names:
            column = table[name]
            if column.null_count and pa.types.is_floating(column.type):
                frame[name] = frame[name].astype(object).mask(column.is_null().to_numpy(), None)
    elif hasattr(data, "to_pandas"):
        frame = data.to_pandas()
    else:
        raise ReadError(f"data: must be a DataFrame, but was {type(data).__name__}")
    return frame


@dataclass(frozen=True)
class Comparison:
    """What `compare` found: sentences, tables, figures, a report.

    Attributes
    ----------
    results : Results
        The study and every table.
    """

    results: Results

    def table(self, name: str) -> pd.DataFrame:
        """Return a table by its name; an unknown one gets the list."""
        if name not in self.results.tables:
            raise KeyError(f"there is no table {name}; there are {', '.join(self.results.tables)}")
        return self.results.tables[name]

    @property
    def contrasts(self) -> pd.DataFrame:
        """Every contrast: difference, interval, p-value, verdict."""
        return self.table("contrasts")

    @property
    def arms(self) -> pd.DataFrame:
        """What every arm does by itself."""
        return self.table("arms")

    @property
    def events(self) -> pd.DataFrame:
        """One row per run."""
        return self.table("events")

    @property
    def curves(self) -> pd.DataFrame:
        """Mean curves with bands."""
        return self.table("curves")

    def sentences(self) -> list[str]:
        """Return the answer: the headline, then a sentence for each contrast."""
        from thresher.report.answer import answer
        from thresher.report.material import Material

        found = answer(Material(self.results, {}))
        return [found.headline, *(line.sentence for line in (*found.lines, *found.more))]

    def __str__(self) -> str:
        return "\n".join(self.sentences())

    __repr__ = __str__

    def _repr_html_(self) -> str:
        from html import escape

        first, *rest = (escape(text) for text in self.sentences())
        lines = "".join(f"<li>{text}</li>" for text in rest)
        return f"<p><b>{first}</b></p><ul>{lines}</ul>"

    def plot(self, name: str, width: float | None = None, ax: Any = None) -> Any:
        """Draw a figure of the report.

        Parameters
        ----------
        name : str
            Such as ``"forest"``, ``"learning_curves"``, ``"survival"``, ``"runs"``.
        width : float or None
            Inches; a page's, or that of `ax`, where None.
        ax : matplotlib axes, optional
            Where the figure is shown as a picture; its own layout stays.

        Returns
        -------
        matplotlib.figure.Figure or matplotlib.axes.Axes

        Raises
        ------
        ValueError
            If there is no such figure, or nothing to be drawn.
        """
        from thresher import figures
        from thresher.drawing.style import DOUBLE

        if name not in figures.NAMES:
            raise ValueError(f"there is no figure {name}; there are {', '.join(figures.NAMES)}")
        declared = figures.load(name)
        if width is None:
            width = DOUBLE if ax is None else max(ax.get_window_extent().width / ax.figure.dpi, 1)
        there = self.results.has(*declared.needs)
        drawing = next(iter(declared.draw(self.results, width)), None) if there else None
        if drawing is None:
            raise ValueError(f"figure {name}: these results have nothing to be drawn")
        if ax is None:
            return drawing.figure
        import io

        from matplotlib.image import imread

        buffer = io.BytesIO()
        drawing.figure.savefig(buffer, format="png", dpi=300)
        buffer.seek(0)
        ax.imshow(imread(buffer))
        ax.set_axis_off()
        return ax

    def report(self, path: str | os.PathLike[str]) -> Path:
        """Write the whole report as one HTML file."""
        import tempfile

        from thresher import analyses
        from thresher.drawing.style import DOUBLE, SINGLE
        from thresher.gallery import draw_all
        from thresher.report import write
        from thresher.tables import write_table

        with tempfile.TemporaryDirectory() as folder:
            root = Path(folder)
            draw_all(self.results, root / "figures", DOUBLE)
            draw_all(self.results, root / "phone", SINGLE)
            tables = {}
            for name, schema in analyses.schemas().items():
                tables[name] = root / f"{name}.csv"
                write_table(self.results.tables[name], schema, tables[name])
            write(
                self.results,
                tables=tables,
                figures=root / "figures",
                phone=root / "phone",
                output=path,
            )
        return Path(path)

    def to_markdown(self, path: str | os.PathLike[str] | None = None) -> str:
        """Return the contrast table as Markdown, and write it where a path is given."""
        return self._paper("contrasts.md", path)

    def to_latex(self, path: str | os.PathLike[str] | None = None) -> str:
        """Return the contrast table as LaTeX, and write it where a path is given."""
        return self._paper("contrasts.tex", path)

    def _paper(self, name: str, path: str | os.PathLike[str] | None) -> str:
        import tempfile

        from thresher.files import write_text
        from thresher.report import write_paper

        with tempfile.TemporaryDirectory() as folder:
            write_paper(self.results, folder)
            text = (Path(folder) / name).read_text(encoding="utf-8")
        if path is not None:
            write_text(text, path)
        return text
