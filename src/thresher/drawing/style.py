"""Sizes, fonts and axes that all figures share. Lengths are inches."""

from collections.abc import Callable, Sequence
from functools import wraps
from typing import Any, ParamSpec, TypeVar

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import FuncFormatter, LogLocator, MaxNLocator, NullFormatter

from thresher.drawing.fonts import SIZE, text_width
from thresher.drawing.palette import TEXT
from thresher.format import number, signed_tick, tick
from thresher.lean import without

with without("scipy.cluster", "scipy.stats"):  # for what is not drawn here
    import seaborn as sns

SINGLE, DOUBLE = 3.5, 7.2
LINE = 0.155
"""Height of a line of text."""
SEQUENTIAL = sns.light_palette("#0072b2", as_cmap=True)
"""Colours of shares, 0 to 1."""
DIVERGING = sns.color_palette("vlag", as_cmap=True)
"""Colours of differences, the middle at 0.5."""

# Any: the type of matplotlib's settings is a list of all their names.
STYLE: Any = {
    **{
        name: value
        for name, value in dict.items(mpl.rcParamsDefault)
        if not name.startswith(("backend", "interactive", "toolbar", "webagg", "date.", "keymap."))
    },
    "font.family": "DejaVu Sans",  # comes with matplotlib, and is wider than what browsers take
    "font.size": SIZE,
    "axes.labelsize": SIZE,
    "axes.titlesize": SIZE,
    "xtick.labelsize": SIZE,
    "ytick.labelsize": SIZE,
    "text.color": TEXT,
    "axes.labelcolor": TEXT,
    "axes.edgecolor": TEXT,
    "xtick.color": TEXT,
    "ytick.color": TEXT,
    "axes.facecolor": "none",
    "figure.facecolor": "none",
    "savefig.facecolor": "none",
    "axes.linewidth": 0.7,
    "xtick.major.width": 0.7,
    "ytick.major.width": 0.7,
    "xtick.major.size": 3,
    "ytick.major.size": 3,
    "lines.linewidth": 1.5,
    "lines.dash_capstyle": "butt",
    "grid.color": TEXT,
    "grid.alpha": 0.12,
    "grid.linewidth": 0.6,
    "axes.titlelocation": "left",
    "text.parse_math": False,  # labels are the user's words
    "axes.unicode_minus": True,
}

P = ParamSpec("P")
T = TypeVar("T")


def styled(draw: Callable[P, T]) -> Callable[P, T]:
    """Draw with thresher's style, whatever the caller's matplotlib settings are."""

    @wraps(draw)
    def wrapper(*args: P.args, **kwargs: P.kwargs) -> T:
        with mpl.rc_context(STYLE):
            return draw(*args, **kwargs)

    return wrapper


def new(width: float, height: float) -> Figure:
    """Return an empty transparent figure."""
    return Figure(figsize=(width, height), dpi=100)


def add(figure: Figure, left: float, bottom: float, width: float, height: float) -> Axes:
    """Add axes at that place, without top and right spines."""
    w, h = figure.get_size_inches()
    axes = figure.add_axes((left / w, bottom / h, width / w, height / h))
    sns.despine(ax=axes)
    return axes


def place(axes: Axes) -> tuple[float, float, float, float]:
    """Return left, bottom, right and top of axes."""
    w, h = figure_of(axes).get_size_inches()
    box = axes.get_position()
    return box.x0 * w, box.y0 * h, box.x1 * w, box.y1 * h


def figure_of(axes: Axes) -> Figure:
    """Return the figure that holds axes."""
    figure = axes.figure
    assert isinstance(figure, Figure)
    return figure


def write(figure: Figure, x: float, y: float, text: str, **options: Any) -> None:
    """Write text at a place of the figure; vertically centred unless told otherwise.

    Lines that end or are centred at `x` are texts of their own: in an SVG the reader's font, which
    is narrower, would else leave them ragged.
    """
    options = {"va": "center", "ha": "left", "transform": figure.dpi_scale_trans, **options}
    lines = text.split("\n") if options["ha"] != "left" and "rotation" not in options else [text]
    step = LINE * options.pop("linespacing", 1.2) / 1.2 if len(lines) > 1 else 0.0
    above = {"top": 0.0, "center": (len(lines) - 1) / 2, "bottom": len(lines) - 1}[options["va"]]
    gid = options.pop("gid", None)
    for k, line in enumerate(lines):
        own = f"{gid}-{k}" if gid and k else gid
        figure.text(x, y + (above - k) * step, line, gid=own, **options)


def stroke(figure: Figure, x: Sequence[float], y: Sequence[float], **options: Any) -> None:
    """Draw a line at a place of the figure."""
    figure.add_artist(Line2D(x, y, transform=figure.dpi_scale_trans, **options))


def along_axis(axes: Axes, end: float, name: str) -> None:
    """Make the x axis the study's axis, from 0 to `end`."""
    axes.set_xlim(0, end if end > 0 else 1)
    ticks(axes, "x", tick, whole=end >= 4)  # of a range of few hours, halves are wanted
    axes.set_xlabel(name)


def ticks(axes: Axes, which: str, text: Callable[[Any], str], whole: bool = False) -> None:
    """Put about a tick an 0.7 inch on the x or y axis, and format it with `text`.

    The axis' limits must be final. The axes give way where labels at the left need more room.
    `whole` keeps ticks to whole numbers, for what is counted.
    """
    left, bottom, right, top = place(axes)
    axis = axes.xaxis if which == "x" else axes.yaxis
    widest = max(text_width(text(float(f"{end:.2g}"))) for end in axis.get_view_interval())
    length, step = (right - left, max(0.7, 1.3 * widest)) if which == "x" else (top - bottom, 0.25)
    bins = int(np.clip(round(length / step), 2, 8))
    axis.set_major_locator(MaxNLocator(bins, steps=[1, 2, 2.5, 5, 10], integer=whole))
    axis.set_major_formatter(FuncFormatter(lambda value, _: text(float(f"{value:.10g}"))))
    if which == "y":
        _make_room(axes)


def _make_room(axes: Axes) -> None:
    """Move the left edge of axes to the right where the labels of its ticks need it."""
    left, bottom, right, top = place(axes)
    labels = axes.yaxis.get_major_formatter().format_ticks(axes.get_yticks().tolist())
    need = max(map(text_width, labels), default=0.0) + 0.12
    if need > left:
        w, h = figure_of(axes).get_size_inches()
        axes.set_position((need / w, bottom / h, (right - need) / w, (top - bottom) / h))


def value_axis(axes: Axes, limits: tuple[float, float], scale: str = "linear") -> None:
    """Make the y axis one of the metric's values; its name stands above the axes."""
    if scale == "log":
        axes.set_yscale("log")
        axes.set_ylim(*limits)
        axes.yaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
        axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: number(value)))
        axes.yaxis.set_minor_formatter(NullFormatter())
        _make_room(axes)
    else:
        axes.set_ylim(*limits)
        ticks(axes, "y", tick)
    axes.grid(axis="y")


def difference_ticks(axes: Axes, which: str) -> None:
    """Format an axis of differences."""
    ticks(axes, which, signed_tick)


def is_wide(width: float) -> bool:
    """Return whether a figure of this width has room for words beside its axes."""
    return width >= 5
