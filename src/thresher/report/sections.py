"""The page's sections after the answer: figures, tables and the sentences around them."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from thresher import format as say
from thresher.drawing.palette import look
from thresher.report.answer import Line, soonest, span_of, strip_of
from thresher.report.captions import Figure, figure, figures
from thresher.report.inputs import Inputs
from thresher.report.parts import Section
from thresher.report.views import View, view
from thresher.report.words import records

_READINGS = 250


@dataclass(frozen=True)
class Curves:
    """The learning curves and what a reader can do with them."""

    main: Figure | None
    arms: tuple[Mapping[str, str], ...] = ()
    raw: bool = False
    log: bool = False
    epochs: tuple[int, ...] = ()
    readings: str = ""
    rest: Section = field(default_factory=Section)


@dataclass(frozen=True)
class Level:
    """The verdicts at one threshold of the grid."""

    name: str
    lines: tuple[Line, ...]


@dataclass(frozen=True)
class Thresholds:
    """The grid of thresholds; `primary` is the place of the study's own."""

    levels: tuple[Level, ...] = ()
    primary: int = 0
    switched: tuple[Figure, ...] = ()
    notes: tuple[str, ...] = ()
    rest: Section = field(default_factory=Section)


def tables(*views: View | None) -> tuple[View, ...]:
    """Keep the tables that have rows."""
    return tuple(shown for shown in views if shown is not None)


def against(inputs: Inputs) -> str:
    """Name the reference for a caption; empty without one."""
    reference = inputs.settings["reference"]
    return f", compared with {inputs.label(reference)}" if reference else ""


def curves(inputs: Inputs) -> Curves:
    """Show mean held-out loss, the study's panels, and the differences to the reference."""
    main = figure(inputs, "learning_curves")
    rest = Section(figures=figures(inputs, "panels", "curve_differences"))
    if main is None:
        notes = ("No arm has a run that stayed finite up to the budget: there is no mean curve.",)
        return Curves(None, rest=Section(notes, rest.figures))
    found = inputs.tables["curves"]
    found = found[found["metric"] == "eval_loss"]
    epochs = np.sort(found["epoch"].unique())
    chosen = epochs[np.unique(np.linspace(0, len(epochs) - 1, _READINGS).round().astype(int))]
    arms = tuple(
        {"label": inputs.label(arm), "colour": look(place).colour}
        for place, arm in enumerate(inputs.arms)
    )
    return Curves(
        main,
        arms,
        raw="--raw-" in main.svg,
        log="learning_curves_log" in inputs.figures,
        epochs=tuple(int(epoch) for epoch in chosen),
        readings=_readings(inputs, found, chosen),
        rest=rest,
    )


def _readings(inputs: Inputs, found: pd.DataFrame, epochs: np.ndarray) -> str:
    """Write what each arm's curve is at every epoch, as JSON."""
    texts = []
    for arm in inputs.arms:
        rows = found[found["arm"] == arm].set_index("epoch").reindex(epochs)
        texts.append(
            [
                _reading(*values)
                for values in zip(rows["mean"], rows["lower"], rows["upper"], strict=True)
            ]
        )
    content = {
        "epochs": [int(epoch) for epoch in epochs],
        "names": [say.count(epoch) for epoch in epochs],
        "limits": [0, int(found["epoch"].max())],
        "arms": texts,
    }
    return json.dumps(content, ensure_ascii=False, separators=(",", ":")).replace("</", "<\\/")


def _reading(mean: float, lower: float, upper: float) -> str | None:
    if pd.isna(mean):
        return None
    limits = "" if pd.isna(lower) else f" ({say.number(lower)} to {say.number(upper)})"
    return f"{say.number(mean)}{limits}"


def epochs(inputs: Inputs) -> Section:
    """Show when runs reach the threshold."""
    return Section(
        figures=figures(inputs, "survival", "runs"),
        views=tables(view(inputs, "arms", "What each arm does by itself")),
    )


def contrasts(inputs: Inputs) -> Section:
    """Show the effects, and all pairs."""
    if inputs.tables["contrasts"].empty:
        return Section(notes=("There is one arm only, so nothing is compared.",))
    exploratory = ", exploratory" if inputs.settings["reference"] else ""
    pairs = view(inputs, "pairs", f"All pairs{exploratory}", folded=True)
    many = len(inputs.tables["pairs"]) > len(inputs.tables["contrasts"])
    return Section(
        figures=figures(inputs, "forest", *(["matrix"] if many else [])),
        views=tables(
            view(inputs, "contrasts", f"Contrasts of the study{against(inputs)}"),
            pairs if many else None,
        ),
    )


def thresholds(inputs: Inputs) -> Thresholds:
    """Show the contrasts at every threshold of the grid."""
    levels, found = inputs.levels(), inputs.tables["thresholds"]
    if found.empty:
        return Thresholds(notes=("There is no contrast to look at with other thresholds.",))
    primary = int(np.argmin(np.abs(np.array(levels) - inputs.threshold)))
    span = span_of(_in_epochs(found, inputs))
    names = [
        f"{say.nats(level)}{', the study’s own' if place == primary else ''}"
        for place, level in enumerate(levels)
    ]
    shown = tuple(
        Level(name, _lines(inputs, found[np.isclose(found["threshold"], level)], span))
        for name, level in zip(names, levels, strict=True)
    )
    switched = [figure(inputs, name, f"{name}_{primary}") for name in ("survival_at", "forest_at")]
    notes = (
        f"The same comparison at {say.count(len(levels))} thresholds around the study’s own. One "
        "sign per seed serves the whole grid, and p-values are adjusted for having looked at all "
        "of it (max-T), then by Holm over the contrasts; intervals hold at their level alone. "
        "With so many looks a verdict here can be more cautious than the answer above, which was "
        "planned for one threshold.",
    )
    rest = Section(
        figures=figures(inputs, "thresholds"),
        views=tables(
            view(inputs, "thresholds", f"Every threshold of the grid{against(inputs)}", folded=True)
        ),
    )
    return Thresholds(shown, primary, tuple(f for f in switched if f), notes, rest)


def _in_epochs(rows: pd.DataFrame, inputs: Inputs) -> pd.DataFrame:
    """Draw strips in epochs: a low reference makes percent meaningless at easy thresholds."""
    return rows.assign(
        margin=inputs.settings["analysis"]["margin"] * rows["mean_reference"] / 100,
        percent=rows["mean_difference"],
        percent_lower=rows["lower"],
        percent_upper=rows["upper"],
    )


def _lines(inputs: Inputs, rows: pd.DataFrame, span: tuple[float, float]) -> tuple[Line, ...]:
    lines = []
    for row in records(_in_epochs(rows, inputs).sort_values("percent", kind="stable")):
        names = inputs.label(row["arm"]), inputs.label(row["reference"])
        shift = say.signed_epochs(row["mean_difference"])
        between = say.interval(
            row["lower"], row["upper"], inputs.settings["analysis"]["confidence"]
        )
        n = say.count(row["n_pairs"])
        sentence = (
            f"{names[0]} − {names[1]}: {shift} epochs ({between}; max-T "
            f"{say.p_value(row['p_max_t'])}; reached {say.count(row['reached_arm'])} and "
            f"{say.count(row['reached_reference'])} of {n})."
        )
        lines.append(Line(names[0], row["verdict"], sentence, strip_of(row, span)))
    return tuple(lines)


def luck(inputs: Inputs) -> Section:
    """Say what one would have concluded from fewer seeds."""
    if inputs.tables["luck_pairs"].empty:
        return Section(notes=("With one arm there is nothing that luck could turn around.",))
    return Section(
        notes=tuple(_verdict_on_luck(inputs)),
        figures=figures(inputs, "luck", "single_runs"),
        views=tables(
            view(inputs, "luck_winners", "How often each arm has the best mean", folded=True),
            view(inputs, "luck_pairs", "How often two arms come in the other order", folded=True),
        ),
    )


def _verdict_on_luck(inputs: Inputs) -> list[str]:
    winners, pairs = inputs.tables["luck_winners"], inputs.tables["luck_pairs"]
    arms = inputs.tables["arms"]
    if not arms["reached"].any():
        return ["No run reached the threshold, so there is no order that a seed could turn around."]
    best = soonest(inputs)
    wins = winners.loc[(winners["seeds"] == 1) & (winners["arm"] == best), "wins"].iloc[0]
    notes = [
        f"With one run an arm, {inputs.label(best)}, the soonest on average over all seeds, would "
        f"have come first in {say.fraction(wins)} of all comparisons."
    ]
    one = pairs[pairs["seeds"] == 1]
    closest = one.iloc[int(one["other_order"].argmax())]
    if not closest["other_order"]:
        return [*notes, "One run each would have put no two arms in the other order."]
    share = say.fraction(closest["other_order"])
    notes.append(
        f"The pair most at the mercy of the seed: {inputs.label(closest['arm'])} and "
        f"{inputs.label(closest['reference'])}, which one run each puts in the other order in "
        f"{share} of all comparisons."
    )
    return notes


def models(inputs: Inputs) -> Section:
    """Show what trained models do."""
    return Section(
        figures=figures(inputs, "predictions", "errors_along"),
        views=tables(
            view(inputs, "final", "Held-out loss and accuracy at the budget"),
            view(
                inputs,
                "improvement",
                f"How probably a run ends better{against(inputs)}",
                folded=True,
            ),
        ),
    )


def sensitivity(inputs: Inputs) -> Section:
    """Show other analyses, labelled as such."""
    if inputs.tables["rank_tests"].empty and inputs.tables["omnibus"].empty:
        return Section(notes=("There is no contrast to analyse in another way.",))
    notes = (
        "Not the planned analysis, and not adjusted: other tests that readers may expect. They ask "
        "another question where survival curves cross. Hazard ratios take hazards as proportional "
        "and runs as independent; they describe.",
    )
    return Section(
        notes,
        views=tables(
            view(inputs, "omnibus", "All arms at once"),
            view(inputs, "rank_tests", f"Rank tests{against(inputs)}", folded=True),
            view(
                inputs,
                "hazards",
                f"Hazard ratios of reaching the threshold{against(inputs)}",
                folded=True,
            ),
        ),
    )
