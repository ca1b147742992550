"""Was it the seed? What comparisons of one to ten seeds would have said."""

from collections.abc import Mapping
from typing import Any

from thresher.analyses.contrasts import PAIR
from thresher.registry import Analysis, Table, View, ViewColumn
from thresher.tables import LUCK_PAIRS, LUCK_WINNERS


def compute(needed: Mapping[str, Any], study: Any) -> dict[str, Any]:
    """Draw small comparisons from the events."""
    from thresher.statistics.luck import luck

    labels = [arm.label for arm in study.arms]
    pairs, winners = luck(needed["events"], labels, study.entropy)
    return {"luck_pairs": pairs, "luck_winners": winners}


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
                *PAIR,
                ViewColumn("Seeds drawn", "seeds", "count"),
                ViewColumn("Comes in the other order", "other_order", "share"),
                ViewColumn("Ties", "tie", "share"),
            ),
            order=20,
            folded=True,
        ),
    ),
)
