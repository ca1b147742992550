"""The primary analysis: estimates for every arm; test, interval and verdict for every contrast."""

import itertools
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from thresher.statistics.checking import check_events
from thresher.statistics.comparing import Plan, paired_rows, unpaired_rows
from thresher.statistics.estimates import estimates, runs_by_arm, runs_of
from thresher.statistics.multiplicity import Family, adjust
from thresher.statistics.verdict import advice_of, verdict

Pairs = Sequence[tuple[str, str]]
# Columns of events; what else they have names the arm: study, arm, variant, factors.
OF_A_RUN = (
    *("seed", "threshold", "budget", "event_time", "time", "event"),
    *("outcome", "diverged_at", "final", "own_time", "own_event"),
)


def pairs_of(arms: Sequence[str], reference: str | None) -> list[tuple[str, str]]:
    """List the contrasts of a study as (arm, reference).

    Parameters
    ----------
    arms : sequence of str
        In study order.
    reference : str or None
        Every other arm against it; where None, all pairs, the later arm against the earlier.
    """
    if reference is None:
        return [(later, earlier) for earlier, later in itertools.combinations(arms, 2)]
    if reference not in arms:
        raise ValueError(f"reference {reference} is not among the arms {', '.join(arms)}")
    return [(arm, reference) for arm in arms if arm != reference]


def arms(
    events: pd.DataFrame,
    *,
    confidence: float = 0.95,
    entropy: int = 0,
    parameters: Mapping[str, int] | None = None,
    arms: Sequence[str] | None = None,
) -> pd.DataFrame:
    """Estimate what every arm does by itself.

    Parameters
    ----------
    events : pandas.DataFrame
        Columns of the table ``events`` and factors, one budget.
    confidence : float
        Of every interval, for each arm by itself.
    entropy : int
        The study's, for the bootstrap of the expected running time.
    parameters : mapping of str to int, or None
        Trainable parameters by arm; missing where not known.
    arms : sequence of str or None
        Order of the arms; that of the events where None.

    Returns
    -------
    pandas.DataFrame
        Columns of the table ``arms`` and factors.
    """
    runs = runs_by_arm(check_events(events))
    rows: list[dict[Any, Any]] = []
    for label in runs if arms is None else arms:
        own = runs_of(runs, label)
        keys = {c: own[c].iloc[0] for c in own if c not in OF_A_RUN}
        count = (parameters or {}).get(label, pd.NA)
        rows.append({**keys, "parameters": count, **estimates(own, confidence, entropy)})
    return pd.DataFrame(rows)


def contrasts(
    events: pd.DataFrame,
    pairs: Pairs,
    *,
    paired: bool = True,
    alpha: float = 0.05,
    confidence: float = 0.95,
    margin: float = 0.10,
    flips: int = 99_999,
    entropy: int = 0,
    family: Family = "joint",
    spacing: Mapping[str, float] | None = None,
) -> pd.DataFrame:
    """Compare arms by their restricted mean epochs to threshold.

    Estimand: the mean over seeds of min(T, B), arm − reference, and in percent of the reference's.
    Paired: the sign-flip test of the differences by seed, over the seeds that both arms have; a
    seed has the same signs in every contrast. Unpaired: the studentised permutation test. Both
    intervals invert the test, each contrast's by itself; those of the family hold together at
    1 − alpha: paired by max-T (`simultaneous_level`), unpaired by Bonferroni. Equivalence takes
    two one-sided tests of A − (1 ∓ margin) R, and is refused where the budget is too short to see
    the upper margin violated.

    A verdict is one word from both tests, so by default both are one family: the chance that any
    verdict is wrong is at most alpha. With ``separate`` it may be 2 alpha where some arms are
    equal and others at the margin, for a little more power where many contrasts differ.

    Parameters
    ----------
    events : pandas.DataFrame
        Columns of the table ``events``, one budget and one threshold.
    pairs : sequence of (arm, reference)
        The family; may be empty.
    paired : bool
        Whether runs of equal seed share their random numbers.
    alpha : float
        Family-wise level of the verdicts.
    confidence : float
        Of each interval by itself.
    margin : float
        Of equivalence, a fraction of the reference's restricted mean.
    flips : int
        Random flips (relabellings) where they can't be enumerated; more for large families.
    entropy : int
        The study's.
    family : {"joint", "separate"}
        What p-values are adjusted over; see `multiplicity.adjust`.
    spacing : mapping of str to float, or None
        How far apart the evaluations of each arm are. An event is known only to lie between two,
        so where both arms' spacings differ no smaller difference than the coarser one is called
        one. None where all arms are evaluated alike.

    Returns
    -------
    pandas.DataFrame
        Columns of the table ``contrasts``, a row for each pair, in order.

    Raises
    ------
    ValueError
        As `check_events`; if an arm has no events, or two paired arms have no seed in common.
    """
    plan = Plan(alpha, confidence, margin, flips, entropy, family, spacing or {})
    runs = runs_by_arm(check_events(events))
    chosen = [(runs_of(runs, arm), runs_of(runs, reference)) for arm, reference in pairs]
    if not chosen:
        return pd.DataFrame()
    tested = paired_rows(chosen, plan) if paired else unpaired_rows(chosen, plan)
    table = pd.DataFrame(
        [
            {"study": first["study"].iloc[0], "arm": arm, "reference": reference, **row}
            for (arm, reference), (first, _), row in zip(pairs, chosen, tested, strict=True)
        ]
    )
    table["resolution"] = [plan.resolution(arm, reference) for arm, reference in pairs]
    return _decided(table, alpha, family)


def resolved(table: pd.DataFrame, p_values: np.ndarray) -> np.ndarray:
    """Return p-values as verdicts take them: 1 where a difference is below its resolution."""
    below = table["mean_difference"].abs() < table["resolution"]
    return np.where(below, 1.0, p_values)


def _decided(table: pd.DataFrame, alpha: float, family: Family) -> pd.DataFrame:
    """Add the adjusted p-values and the verdicts, which depend on the whole family."""
    table["p_adjusted"], table["p_equivalence_adjusted"] = adjust(
        table["p"].to_numpy(), table["p_equivalence"].to_numpy(), family
    )
    share = np.minimum(
        table["reached_arm"] / table["n_arm"], table["reached_reference"] / table["n_reference"]
    )
    decisive = zip(
        table["mean_difference"],
        resolved(table, table["p_adjusted"].to_numpy()),
        table["p_equivalence_adjusted"],
        share,
        strict=True,
    )
    table["verdict"] = [verdict(d, p, q, alpha, part) for d, p, q, part in decisive]
    for column in ("seeds_for_effect", "seeds_for_margin"):
        table[column] = table[column].astype("Int64")
    advised = zip(
        table["verdict"],
        table["degenerate"],
        np.minimum(table["n_arm"], table["n_reference"]),
        table["seeds_attainable"],
        table["seeds_for_effect"].to_numpy(float, na_value=np.nan),
        table["seeds_for_margin"].to_numpy(float, na_value=np.nan),
        strict=True,
    )
    table["advice"] = [advice_of(*facts) for facts in advised]
    return table
