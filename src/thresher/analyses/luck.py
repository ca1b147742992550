"""Was it the seed? What comparisons of one to ten seeds would have said."""

from collections.abc import Iterator, Mapping
from typing import Any

from thresher.analyses.contrasts import COMPARED
from thresher.fields import ARM, PAIR, STUDY, Field, Schema
from thresher.registry import Analysis, Table, View, ViewColumn

LUCK_PAIRS: Schema = {
    **PAIR,
    "seeds": Field("int", "seeds", "seeds drawn for each arm"),
    "other_order": Field("float", "", "how often the order of means comes out otherwise"),
    "tie": Field("float", "", "how often the means tie"),
}
LUCK_WINNERS: Schema = {
    **STUDY,
    **ARM,
    "seeds": Field("int", "seeds", "seeds drawn for each arm"),
    "wins": Field("float", "", "how often this arm has the smallest mean (ties shared)"),
}


def compute(needed: Mapping[str, Any], study: Any) -> dict[str, Any]:
    """Draw small comparisons from the events."""
    from thresher.statistics.luck import luck

    labels = [arm.label for arm in study.arms]
    pairs, winners = luck(needed["events"], labels, study.entropy, study.paired)
    return {"luck_pairs": pairs, "luck_winners": winners}


def notes(results: Any) -> Iterator[tuple[str, str]]:
    """Say what one run an arm would have said."""
    yield from (("luck", text) for text in _verdict(results))


def _verdict(results: Any) -> Iterator[str]:
    from thresher import format as say

    winners, pairs = results.table("luck_winners"), results.table("luck_pairs")
    arms = results.table("arms")
    if pairs.empty:
        yield "With one arm there is nothing that luck could turn around."
        return
    if not arms["reached"].any():
        yield "No run reached the threshold, so there is no order that a seed could turn around."
        return
    best = arms["arm"].iloc[int(arms["restricted_mean"].argmin())]
    wins = winners.loc[(winners["seeds"] == 1) & (winners["arm"] == best), "wins"].iloc[0]
    yield (
        f"With one run an arm, {results.label(best)}, the soonest on average over all seeds, would "
        f"have come first in {say.fraction(wins)} of all comparisons."
    )
    one = pairs[pairs["seeds"] == 1]
    closest = one.iloc[int(one["other_order"].argmax())]
    if not closest["other_order"]:
        yield "One run each would have put no two arms in the other order."
        return
    share = say.fraction(closest["other_order"])
    yield (
        f"The pair most at the mercy of the seed: {results.label(closest['arm'])} and "
        f"{results.label(closest['reference'])}, which one run each puts in the other order in "
        f"{share} of all comparisons."
    )


ANALYSIS = Analysis(
    title="Was it the seed?",
    needs=("events",),
    uses=("arms", "pairing", "entropy"),
    tables={
        "luck_pairs": Table(
            LUCK_PAIRS,
            "Had one compared single runs, or 3, 5 or 10 seeds an arm: how often the order of two "
            "arms would have come out otherwise than with all seeds.",
        ),
        "luck_winners": Table(LUCK_WINNERS, "The same for the winner among all arms."),
    },
    compute=compute,
    views=(
        View(
            "luck_winners",
            "luck",
            "How often each arm has the best mean",
            (
                ViewColumn("Arm", "arm", "arm"),
                ViewColumn("Seeds drawn", "seeds", "count"),
                ViewColumn("Has the best mean", "wins", "share"),
            ),
            order=10,
            folded=True,
        ),
        View(
            "luck_pairs",
            "luck",
            "How often two arms come in the other order",
            (
                *COMPARED,
                ViewColumn("Seeds drawn", "seeds", "count"),
                ViewColumn("Comes in the other order", "other_order", "share"),
                ViewColumn("Ties", "tie", "share"),
            ),
            order=20,
            folded=True,
        ),
    ),
    notes=notes,
)
