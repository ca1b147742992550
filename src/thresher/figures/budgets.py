"""Every contrast's difference in time within shorter budgets: a panel for each."""

from collections.abc import Iterator

from thresher.drawing import wording
from thresher.drawing.contrasts import contrasts_of
from thresher.drawing.grids import over_grid
from thresher.registry import Drawing, Figure
from thresher.results import Results


def caption(results: Results) -> str:
    """Say what marks and intervals are."""
    shown, total = contrasts_of(results, results.tables["budgets"])
    return (
        f"Difference of restricted mean {results.study.axis.unit} within every budget of a grid, "
        "each with its own interval; filled marks are decided by the max-T p-value over the grid, "
        f"adjusted over contrasts.{wording.left_out(len(shown), total, 'contrasts')} "
        f"{wording.runs(results)}"
    )


def draw(results: Results, width: float) -> Iterator[Drawing]:
    """Yield the effect over the grid of budgets."""
    name = f"Budget ({results.study.axis.unit})"
    yield Drawing(over_grid(results, "budgets", "budget", name, width))


FIGURE = Figure(
    title="Effects over a grid of budgets",
    caption=caption,
    section="thresholds",
    draw=draw,
    needs=("arms", "budgets"),
    order=20,
)
