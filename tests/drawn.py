"""Made-up studies to be drawn, the usual and the odd, and what a drawn figure says where."""

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cache
from itertools import combinations
from typing import Any
from unittest import mock

import matplotlib as mpl
import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.text import Text
from matplotlib.transforms import Bbox

import made_up
from thresher import figures, gallery
from thresher.drawing.style import DOUBLE, STYLE
from thresher.matrices import marked
from thresher.metric import Axis, Metric
from thresher.reduction import collect
from thresher.results import Results
from thresher.stages import analyse_all
from thresher.study import plan

RETURN = Metric("return", "mean return", "", "higher")
LONG = (
    "a bidirectional LSTM whose two directions, each of twenty units, are summed, trained with a "
    "warm-up of a hundred epochs and then a cosine schedule, on sequences of ten steps, variant "
)
HOSTILE = {
    "lstm_forward": f"{LONG}A",
    "lstm_backward": f"{LONG}B",
    "lstm_backward_aligned": "نموذج ثنائي الاتجاه",
    "bilstm sum": "双方向の長短期記憶 🚀",
    "bilstm mul": r"$\mathbf{h}_t$ <b>{study}</b> & “100 %” \n",
    "bilstm ave": "a_word_without_any_space_that_is_longer_than_the_figure_has_room_for_it",
    "bilstm concat": "שלום, n = 3",
}
CASES: dict[str, dict[str, Any]] = {
    "usual": {"seeds": 12},
    "one arm": {"arms": 1, "seeds": 10},
    "two arms": {"arms": 2, "seeds": 10},
    "forty arms": {"arms": 40, "seeds": 6},
    "all pairs": {"arms": 8, "seeds": 6, "reference": None},
    "one seed": {"arms": 4, "seeds": 1},
    "two seeds": {"arms": 3, "seeds": 2},
    "four seeds": {"arms": 4, "seeds": 4},
    "all censored": {"arms": 4, "seeds": 8, "censored": 1.0},
    "none censored": {"arms": 4, "seeds": 8, "censored": 0.0},
    "some diverged": {"arms": 3, "seeds": 8, "diverged": 4},
    "diverged after reaching": {"arms": 3, "seeds": 8, "diverged": 4, "diverged_at": 950},
    "all diverged": {"arms": 3, "seeds": 8, "diverged": 8},
    "every arm diverged": {"arms": 1, "seeds": 8, "diverged": 8, "diverged_at": 5},
    "unpaired": {"arms": 4, "seeds": 8, "pairing": "none"},
    "a rising metric": {"arms": 4, "seeds": 8, "metric": "eval_accuracy"},
    "a negative metric": {"arms": 4, "seeds": 8, "metric": RETURN, "threshold": -20.0},
    "steps": {"arms": 4, "seeds": 8, "axis": Axis("step", "steps"), "imported": True},
    "panels": {
        "arms": 8,
        "seeds": 6,
        "panels": (plan.Panel("Some arms", ("lstm_forward", "bilstm sum", "lstm_matched")),),
        "highlight_seed": 0,
    },
    "hostile labels": {
        "arms": 8,
        "seeds": 8,
        "labels": HOSTILE,
        "panels": (plan.Panel(LONG, tuple(HOSTILE)), plan.Panel("one", ("lstm_forward",))),
        "highlight_seed": 3,
    },
    "met from the start": {"arms": 3, "seeds": 8, "threshold": 0.7},
}
ALTERED = ("one evaluation", "a constant metric", "missing values", "unequal lengths")
"""Cases that the made-up study can't make: its evaluations are changed."""


@cache
def results_of(case: str) -> Results:
    """Analyse the study of a case, with a threshold grid of three levels."""
    if case in ALTERED:
        return _altered(case)
    given = CASES[case]
    shape = {k: v for k, v in given.items() if k not in ("censored", "diverged", "diverged_at")}
    made = made_up.study(**shape)
    t, step = made.endpoint.threshold, 0.05 if made.metric.maximum is not None else 0.1
    grid = tuple(sorted({t - step * abs(t), t, t + step * abs(t)}))
    few = replace(made.analysis, flips=199, threshold_grid=grid)
    return made_up.results(**given, analysis=few)


def _unequal() -> Results:
    """Analyse runs of 600 to 1,000 steps within a budget of 600."""
    made = made_up.study(3, 8, imported=True, axis=Axis("step", "steps"))
    frame = collect(made_up.traces(made), made)
    own = frame[frame["time"] <= 600 + 100 * (frame["seed"] % 5)].reset_index(drop=True)
    grid = (made.endpoint.threshold, 0.3)
    few = replace(made.analysis, flips=199, threshold_grid=grid)
    goal = replace(made.endpoint, budget=600)
    return analyse_all(replace(made, analysis=few, endpoint=goal), marked(own, 600))


def _altered(case: str) -> Results:
    if case == "unequal lengths":
        return _unequal()
    usual = made_up.study(3, 8)
    made = replace(usual, analysis=replace(usual.analysis, flips=199, threshold_grid=(0.2, 0.3)))
    frame = collect(made_up.traces(made), made)
    if case == "one evaluation":
        frame = frame[frame["time"] == 1000].reset_index(drop=True)
    elif case == "a constant metric":
        frame = frame.assign(eval_loss=0.5)
    else:
        answers = made_up.predictions(made)
        gone = answers["seed"] < 5
        answers.loc[gone, ["decoded", "output"]] = np.nan
        answers["wrong"] = answers["wrong"].astype("boolean").mask(gone)
        return analyse_all(made, frame, answers)
    return analyse_all(made, frame, made_up.predictions(made))


EVERY = (*CASES, *ALTERED)
NARROW = (
    "usual", "one arm", "forty arms", "some diverged", "all diverged", "unpaired",
    "a rising metric", "steps", "hostile labels", "missing values",
)  # fmt: skip
"""Cases that are drawn for a phone, too."""


@dataclass(frozen=True)
class Facts:
    """What there is to know of a picture, without the picture.

    Attributes
    ----------
    texts : list of (str, Bbox, float)
        What is written where (pixels), and how large (points).
    limits : list
        Of every axes, x and y.
    gids : list of str
    size : tuple of float
        Pixels.
    """

    title: str
    caption: str
    texts: list[tuple[str, Bbox, float]]
    limits: list[Any]
    gids: list[str]
    size: tuple[float, float]

    @property
    def words(self) -> list[str]:
        return [text for text, _, _ in self.texts]

    def overlaps(self) -> list[tuple[str, str]]:
        """Return the pairs of texts that lie on each other."""
        found = []
        for (a, first, _), (b, second, _) in combinations(self.texts, 2):
            across = min(first.x1, second.x1) - max(first.x0, second.x0)
            up = min(first.y1, second.y1) - max(first.y0, second.y0)
            if across > 1 and up > 2:  # ascenders and descenders of two lines may touch
                found.append((a, b))
        return found

    def outside(self) -> list[tuple[str, str]]:
        """Return the texts that leave the picture."""
        width, height = self.size
        return [
            (text, str(box))
            for text, box, _ in self.texts
            if box.x0 < -1 or box.y0 < -1 or box.x1 > width + 1 or box.y1 > height + 1
        ]


@cache
def facts(case: str, width: float = DOUBLE) -> dict[str, Facts]:
    """Draw every picture of a case once; by ``<name>`` or ``<name>.<variant>``."""
    results = results_of(case)
    return {
        f"{name}.{drawing.variant}" if drawing.variant else name: facts_of(
            drawing.figure,
            drawing.title or figure.title,
            drawing.caption or figure.caption(results),
        )
        for name, figure, drawing in gallery.pictures(results, width)
    }


def facts_of(figure: Figure, title: str = "", caption: str = "") -> Facts:
    """Lay a figure out and look at it."""
    shown = texts(figure)
    renderer = figure.canvas.get_renderer()  # type: ignore[attr-defined]
    with without_glyph_warnings():
        placed = [(t.get_text(), t.get_window_extent(renderer), t.get_fontsize()) for t in shown]
    width, height = figure.get_size_inches() * figure.dpi
    return Facts(
        title,
        caption,
        placed,
        [limits for axes in figure.axes for limits in (axes.get_xlim(), axes.get_ylim())],
        [artist.get_gid() for artist in figure.findobj() if artist.get_gid()],
        (width, height),
    )


def picture(case: str | Results, name: str, variant: str = "", width: float = DOUBLE) -> Figure:
    """Draw one picture."""
    results = case if isinstance(case, Results) else results_of(case)
    drawn = figures.every()[name].draw(results, width)
    return next(drawing.figure for drawing in drawn if drawing.variant == variant)


def texts(figure: Figure) -> list[Text]:
    """Return what is written in a figure, laid out, in the order in which it is drawn."""
    written: list[Text] = []

    def draw(text: Text, renderer: object, *_: object) -> None:
        if text.get_visible() and text.get_text().strip():
            written.append(text)

    FigureCanvasAgg(figure)
    with mpl.rc_context(STYLE), mock.patch.object(Text, "draw", draw), without_glyph_warnings():
        figure.draw_without_rendering()
    return written


@contextmanager
def without_glyph_warnings() -> Iterator[None]:
    """Ignore letters that the figures' font lacks: an SVG leaves them to its reader's fonts."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message=r"Glyph .* missing")
        yield
