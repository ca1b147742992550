"""Every contrast's difference in time over the grid of thresholds: a panel for each."""

from collections.abc import Iterator

from thresher.drawing import wording
from thresher.drawing.contrasts import contrasts_of
from thresher.drawing.grids import over_grid
from thresher.registry import Drawing, Figure
from thresher.results import Results


def caption(results: Results) -> str:
    """Say what marks and intervals are."""
    shown, total = contrasts_of(results, results.tables["thresholds"])
    return (
        f"Difference of restricted mean {results.study.axis.unit} at every threshold of the grid, "
        "each with its own interval; filled marks are decided by the max-T p-value over the grid, "
        f"adjusted over contrasts.{wording.left_out(len(shown), total, 'contrasts')} "
        f"{wording.runs(results)}"
    )


def draw(results: Results, width: float) -> Iterator[Drawing]:
    """Yield the effect over the threshold grid."""
    metric = results.study.metric
    name = f"Threshold of {metric.label}{f' ({metric.unit})' if metric.unit else ''}"
    yield Drawing(over_grid(results, "thresholds", "threshold", name, width))


FIGURE = Figure(
    title="Effects over the grid of thresholds",
    caption=caption,
    section="thresholds",
    draw=draw,
    needs=("arms", "thresholds"),
    order=10,
    paper=True,
)
