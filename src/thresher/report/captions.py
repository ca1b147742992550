"""Title and caption of every figure: what is drawn, how many runs, how many of them censored."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from thresher import format as say
from thresher.drawing.curves import RUNS
from thresher.report.inputs import Inputs
from thresher.report.svg import inline
from thresher.report.words import listed, runs


@dataclass(frozen=True)
class Figure:
    """A figure ready to be shown."""

    name: str
    drawn: str
    title: str
    caption: str
    svg: str


def figure(inputs: Inputs, name: str, drawn: str | None = None) -> Figure | None:
    """Show a figure of the study; None where it was not drawn.

    Parameters
    ----------
    inputs : Inputs
    name : str
        A key of `CAPTIONS`.
    drawn : str or None
        The file that is shown first, where it is called otherwise.
    """
    svg = inputs.figures.get(drawn or name)
    if svg is None:
        return None
    title, caption = CAPTIONS[name]
    text = caption(inputs)
    return Figure(name, drawn or name, title, text, inline(svg, name, f"{title}. {text}"))


def figures(inputs: Inputs, *names: str) -> tuple[Figure, ...]:
    """Show those of the figures that were drawn."""
    return tuple(shown for name in names if (shown := figure(inputs, name)) is not None)


def _band(inputs: Inputs) -> str:
    analysis = inputs.settings["analysis"]
    level, kind = say.fraction(analysis["confidence"]), analysis["band"]
    held = {
        "simultaneous": "the whole true mean curve lies inside with that confidence",
        "pointwise": "each epoch by itself, not the curve as a whole",
    }
    return f"{level} {kind} bands ({held[kind]}); none with fewer than 6 runs"


def _pairs(inputs: Inputs) -> str:
    return "paired by seed" if inputs.settings["paired"] else "unpaired"


def _curves(inputs: Inputs) -> str:
    events = inputs.tables["events"]
    most = int(events.groupby("arm")["seed"].size().max()) if len(events) else 0
    shown = f"{RUNS} single runs an arm, evenly chosen," if most > RUNS else "Single runs"
    return (
        f"Mean held-out loss of each arm with {_band(inputs)}. {shown} can be switched on. "
        f"{runs(inputs)}"
    )


def _differences(inputs: Inputs) -> str:
    reference = inputs.settings["reference"]
    other = inputs.label(reference) if reference else "the other arm"
    return (
        f"Difference of held-out loss to {other}, {_pairs(inputs)}, with {_band(inputs)}. Below 0 "
        f"the arm is ahead. {runs(inputs)}"
    )


def _panels(inputs: Inputs) -> str:
    seed = inputs.settings["report"]["highlight_seed"]
    left = (
        f"Left, the single runs of seed {seed}; right, the mean over all seeds"
        if (seed is not None)
        else "The mean over all seeds"
    )
    return f"{left} with {_band(inputs)}. {runs(inputs)}"


def _survival(inputs: Inputs) -> str:
    return (
        "Share of runs that have not reached the threshold yet (Kaplan–Meier), with pointwise "
        "Wilson limits; below, the runs still at risk just before that epoch. "
        f"{runs(inputs)}"
    )


def _survival_at(inputs: Inputs) -> str:
    return (
        "Share of runs that have not reached this threshold yet (Kaplan–Meier), with pointwise "
        "Wilson limits; below, the runs still at risk. Each curve names its n and its censored "
        "runs."
    )


def _forest_at(inputs: Inputs) -> str:
    return (
        "Difference of restricted mean epochs to this threshold, with its own interval; verdicts "
        "and p-values are those adjusted over the grid. n in the last column, as "
        f"{'pairs' if inputs.settings['paired'] else 'runs of the arm'}."
    )


def _runs(inputs: Inputs) -> str:
    joined = "lines join the runs of one seed" if inputs.settings["paired"] else "a dot each"
    return (
        f"Epochs to threshold of every run; {joined}. Bars are restricted means; open marks at "
        f"the budget did not reach it. {runs(inputs)}"
    )


def _forest(inputs: Inputs) -> str:
    return (
        f"Difference of restricted mean epochs, {_pairs(inputs)}, with the interval of the "
        "inverted test, not adjusted. Shaded: the margin of equivalence, "
        f"±{say.fraction(inputs.settings['analysis']['margin'])} of the reference. {runs(inputs)}"
    )


def _matrix(inputs: Inputs) -> str:
    kind = "an exploratory family of its own" if inputs.settings["reference"] else "the family"
    return (
        "Row against column: difference of restricted mean epochs, row − column, and the verdict. "
        f"Holm-adjusted over all pairs, {kind}. {runs(inputs)}"
    )


def _thresholds(inputs: Inputs) -> str:
    return (
        "Difference of restricted mean epochs at every threshold of the grid, each with its own "
        "interval; filled marks are decided by the max-T p-value over the grid, Holm-adjusted over "
        f"contrasts. {runs(inputs)}"
    )


def _luck(inputs: Inputs) -> str:
    sizes = [say.count(n) for n in sorted(set(inputs.tables["luck_winners"]["seeds"]))]
    return (
        "How often each arm would have had the best mean, and how often two arms would have come "
        f"in the other order, with {listed(sizes)} seeds drawn for each arm independently out of "
        f"those there are (exact for 1, else 10,000 draws). {runs(inputs)}"
    )


def _single(inputs: Inputs) -> str:
    return (
        "Three real comparisons of one run an arm, drawn at random; where wrong winners exist, at "
        f"least one of them is shown. {runs(inputs)}"
    )


def _predictions(inputs: Inputs) -> str:
    return (
        "The first held-out sequence: its inputs, its labels, and the share of runs that predict 1 "
        f"at each timestep after the last epoch. {runs(inputs)}"
    )


def _errors(inputs: Inputs) -> str:
    return (
        "Share of runs whose prediction on that sequence is wrong, by timestep, after the last "
        f"epoch. {runs(inputs)}"
    )


CAPTIONS: Mapping[str, tuple[str, Callable[[Inputs], str]]] = {
    "learning_curves": ("Learning curves", _curves),
    "panels": ("The classic plots", _panels),
    "curve_differences": ("Difference to the reference", _differences),
    "survival": ("Not yet at the threshold", _survival),
    "runs": ("Every run", _runs),
    "forest": ("Effects", _forest),
    "matrix": ("All pairs", _matrix),
    "survival_at": ("Not yet at this threshold", _survival_at),
    "forest_at": ("Effects at this threshold", _forest_at),
    "thresholds": ("Effects over the grid of thresholds", _thresholds),
    "luck": ("What few seeds would have said", _luck),
    "single_runs": ("Three single-run comparisons", _single),
    "predictions": ("Expected and predicted", _predictions),
    "errors_along": ("Where along the sequence the errors lie", _errors),
}
