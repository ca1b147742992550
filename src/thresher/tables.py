"""The one way to check, write and read a table: a tidy CSV under ``results/<study>/tables/``."""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from thresher.fields import Field as Column
from thresher.fields import Schema
from thresher.files import atomic

_DTYPES: Mapping[str, str] = {
    "str": "str",
    "str?": "str",
    "int": "int64",
    "int?": "Int64",
    "float": "float64",
    "float?": "float64",
    "bool": "bool",
    "bool?": "boolean",
}


_WORDS = ("str", "str?", "seed")


STUDY = {"study": Column("str", "", "study name, the stem of its file")}
ARM = {"arm": Column("str", "", "arm: variant, then merge mode and other factors")}
ARM_KEYS = {
    **STUDY,
    **ARM,
    "variant": Column("str", "", "model variant"),
}
SEED = {"seed": Column("seed", "", "seed, the replicate")}
PAIR = {
    **STUDY,
    **ARM,
    "reference": Column("str", "", "the arm that `arm` is compared with"),
}
BAND = {
    "n": Column("int", "runs", "runs (pairs, for a difference) behind the mean"),
    "runs": Column("int", "runs", "runs (pairs) there are; the others diverged and are left out"),
    "mean": Column("float", "nats", "mean over seeds of the metric"),
    "lower": Column("float?", "nats", "lower limit of the band"),
    "upper": Column("float?", "nats", "upper limit of the band"),
    "band": Column("str", "", "`simultaneous`, `pointwise` or `none` (fewer than 6 runs)"),
    "critical": Column("float?", "", "critical value of the band, in standard errors"),
}

PREDICTIONS: Schema = {
    **ARM_KEYS,
    **SEED,
    "example": Column("int", "", "held-out example, from 0; the same for every run"),
    "position": Column("int", "", "position in its label, such as a timestep, from 0"),
    "input": Column("float?", "", "input value; missing where positions of input and label differ"),
    "output": Column("float?", "", "the model's output: a probability, or the number"),
    "decoded": Column("float?", "", "the output as a label: a class, or the number"),
    "expected": Column("float", "", "the label"),
    "wrong": Column("bool?", "", "whether they differ; missing for numbers and diverged runs"),
}
EVENTS: Schema = {
    **ARM_KEYS,
    **SEED,
    "threshold": Column("float", "nats", "loss level to be reached"),
    "budget": Column("time", "axis", "where runs are censored"),
    "event_time": Column("time?", "axis", "event time; missing where not reached"),
    "time": Column("time", "axis", "event time, or the budget where not reached"),
    "event": Column("bool", "", "whether the threshold was reached"),
    "outcome": Column("str", "", "`reached`, `censored` or `diverged`"),
    "diverged_at": Column("time?", "axis", "first time with a value that is not finite"),
    "final": Column("float?", "metric", "the metric at the budget"),
}
ARMS: Schema = {
    **ARM_KEYS,
    "parameters": Column("int?", "", "trainable parameters of the model"),
    "threshold": Column("float", "nats", "loss level to be reached"),
    "budget": Column("time", "axis", "where runs are censored"),
    "n": Column("int", "runs", "runs"),
    "reached": Column("int", "runs", "runs that reached the threshold"),
    "censored": Column("int", "runs", "runs that did not within the budget"),
    "diverged": Column("int", "runs", "runs whose loss became infinite or NaN before reaching"),
    "restricted_mean": Column("float", "epochs", "mean epochs to threshold within the budget"),
    "restricted_mean_se": Column("float?", "epochs", "its standard error; missing for one run"),
    "restricted_mean_lower": Column("float?", "epochs", "lower limit; Student's on a logit scale"),
    "restricted_mean_upper": Column("float?", "epochs", "upper limit; Student's on a logit scale"),
    "median": Column("float?", "epochs", "median epochs to threshold; missing if not reached"),
    "median_lower": Column("float?", "epochs", "order-statistic lower limit; missing if below all"),
    "median_upper": Column("float?", "epochs", "order-statistic upper limit; missing = infinite"),
    "reached_fraction": Column("float", "fraction", "share of runs that reached the threshold"),
    "reached_lower": Column("float", "fraction", "Wilson lower limit"),
    "reached_upper": Column("float", "fraction", "Wilson upper limit"),
    "ert": Column("float?", "epochs", "expected running time: epochs spent over successes"),
    "ert_lower": Column("float?", "epochs", "bootstrap lower limit"),
    "ert_upper": Column("float?", "epochs", "bootstrap upper limit; missing = infinite"),
}
CONTRASTS: Schema = {
    **PAIR,
    "design": Column("str", "", "`paired` (by seed) or `unpaired`"),
    "n_arm": Column("int", "runs", "runs of the arm that were used"),
    "n_reference": Column("int", "runs", "runs of the reference that were used"),
    "n_dropped": Column("int", "seeds", "seeds that only one of the two arms has"),
    "reached_arm": Column("int", "runs", "runs of the arm that reached the threshold"),
    "reached_reference": Column("int", "runs", "runs of the reference that reached it"),
    "mean_arm": Column("float", "epochs", "restricted mean of the arm"),
    "mean_reference": Column("float", "epochs", "restricted mean of the reference"),
    "mean_difference": Column("float", "epochs", "restricted mean, arm − reference"),
    "lower": Column("float?", "epochs", "lower limit; missing = minus infinity"),
    "upper": Column("float?", "epochs", "upper limit; missing = infinity"),
    "confidence": Column("float", "", "confidence of the interval, per contrast"),
    "percent": Column("float?", "percent", "ratio of the means − 1; missing if the reference is 0"),
    "percent_lower": Column("float?", "percent", "its lower limit, by inverting the ratio's test"),
    "percent_upper": Column("float?", "percent", "its upper limit; missing = infinite or unknown"),
    "percent_lower_equivalence": Column("float?", "percent", "lower limit at 1 − 2 alpha"),
    "percent_upper_equivalence": Column("float?", "percent", "upper limit at 1 − 2 alpha"),
    "lower_family": Column("float?", "epochs", "lower limit, all contrasts together at 1 − alpha"),
    "upper_family": Column("float?", "epochs", "upper limit, all contrasts together at 1 − alpha"),
    "percent_lower_family": Column("float?", "percent", "the same in percent, lower"),
    "percent_upper_family": Column("float?", "percent", "the same in percent, upper"),
    "confidence_family": Column("float", "", "confidence of each family limit by itself"),
    "p": Column("float", "", "two-sided sign-flip (unpaired: permutation) p-value"),
    "p_adjusted": Column("float", "", "p, adjusted over the contrasts of this table; it decides"),
    "family": Column("str", "", "`joint` (difference and equivalence) or `separate` adjustment"),
    "contrasts": Column("int", "", "contrasts of the family"),
    "p_limited_by": Column("str", "", "too few `seeds` or `flips` for the family, or `none`"),
    "p_smallest": Column("float", "", "smallest p that this number of seeds can give"),
    "p_resolution": Column("float", "", "step of the p-value: 2^(1−n) exact, 1/(M+1) Monte Carlo"),
    "margin": Column("float", "fraction", "margin of equivalence, relative to the reference"),
    "p_equivalence": Column("float", "", "larger p of the two one-sided tests"),
    "p_equivalence_adjusted": Column("float", "", "the same, adjusted; it decides"),
    "equivalence": Column("str", "", "`tested`, or refused: `budget too short` or `no scale`"),
    "size": Column("str", "", "percent interval: `more` or `less than the margin`, or `open`"),
    "bound": Column("str", "", "the difference is `at least` or `at most` (no event), or `none`"),
    "degenerate": Column("str", "", "`all at 0`, `reference at 0`, `arm at 0`, `no differences`"),
    "verdict": Column("str", "", "one of `VERDICTS`"),
    "seeds_for_effect": Column("int?", "seeds", "rough guess: seeds for 80 % power at this effect"),
    "seeds_for_margin": Column("int?", "seeds", "rough guess: seeds for 80 % power at the margin"),
    "seeds_attainable": Column("int", "seeds", "fewest seeds with which the family can reject"),
    "advice": Column("str", "", "guess to name first: `attainable`, `effect`, `margin` or `none`"),
    "win_probability": Column("float", "", "P(arm before reference) + ½ P(tie)"),
    "win_lower": Column("float?", "", "its lower limit; missing for one seed"),
    "win_upper": Column("float?", "", "its upper limit; missing for one seed"),
    "cliffs_delta": Column("float", "", "Cliff's delta of epochs to threshold, arm sooner > 0"),
    "welch_p": Column("float?", "", "Welch's t test, for readers who expect it (unpaired only)"),
}
VERDICTS = (
    "faster",
    "slower",
    "equivalent",
    "detectable but negligible",
    "inconclusive",
    "not reached",
)
SURVIVAL: Schema = {
    **STUDY,
    **ARM,
    "time": Column("time", "axis", "time"),
    "at_risk": Column("int", "runs", "runs not yet there just before this epoch"),
    "events": Column("int", "runs", "runs that reach the threshold at this epoch"),
    "censored": Column("int", "runs", "runs censored at this epoch"),
    "survival": Column("float", "", "Kaplan–Meier estimate of P(T > epoch)"),
    "lower": Column("float", "", "Wilson lower limit, pointwise"),
    "upper": Column("float", "", "Wilson upper limit, pointwise"),
}
CURVES: Schema = {
    **STUDY,
    **ARM,
    "metric": Column("str", "", "`eval_loss` (nats) or `eval_accuracy` (fraction)"),
    "time": Column("time", "axis", "time"),
    **BAND,
}
CURVE_DIFFERENCES: Schema = {
    **PAIR,
    "metric": Column("str", "", "`eval_loss` (nats) or `eval_accuracy` (fraction)"),
    "time": Column("time", "axis", "time"),
    **BAND,
}
GRID: Schema = {
    "primary": Column("bool", "", "whether this is the study's own level"),
    "n_pairs": Column("int", "seeds", "pairs (unpaired: runs of the arm)"),
    "reached_arm": Column("int", "runs", "runs of the arm that reached the threshold"),
    "reached_reference": Column("int", "runs", "runs of the reference that reached it"),
    "mean_reference": Column("float", "epochs", "restricted mean of the reference"),
    "mean_difference": Column("float", "epochs", "restricted mean, arm − reference"),
    "lower": Column("float?", "epochs", "lower limit at this level alone; missing = −infinity"),
    "upper": Column("float?", "epochs", "upper limit at this level alone; missing = infinity"),
    "p": Column("float", "", "p-value at this level alone"),
    "p_max_t": Column("float", "", "p-value adjusted for the whole grid by max-T"),
    "p_decides": Column("float", "", "p_max_t adjusted over the contrasts at this level"),
    "bound": Column("str", "", "the difference is `at least` or `at most` (no event), or `none`"),
    "degenerate": Column("str", "", "why there is nothing to compare, as in contrasts, or `none`"),
    "verdict": Column("str", "", "verdict at this level, from p_decides"),
}
THRESHOLDS: Schema = {
    **PAIR,
    "threshold": Column("float", "nats", "loss level of the grid"),
    **GRID,
}
BUDGETS: Schema = {
    **PAIR,
    "budget": Column("float", "epochs", "epochs within which the threshold is to be reached"),
    **GRID,
}
THRESHOLD_EVENTS: Schema = {
    **STUDY,
    **ARM,
    **SEED,
    "threshold": Column("float", "nats", "loss level of the grid"),
    "time": Column("time", "axis", "event time, or the budget where not reached"),
    "event": Column("bool", "", "whether this level was reached"),
    "outcome": Column("str", "", "`reached`, `censored` or `diverged`"),
    "budget": Column("time", "axis", "where runs are censored at this level"),
}
RANK_TESTS: Schema = {
    **PAIR,
    "test": Column("str", "", "`log-rank`, `Gehan–Wilcoxon` or `Prentice–Wilcoxon`"),
    "design": Column("str", "", "`paired` (sign-flipped scores) or `unpaired` (asymptotic)"),
    "n": Column("int", "", "pairs (unpaired: runs of both arms)"),
    "statistic": Column("float?", "", "studentised mean of score differences, or chi-squared"),
    "p": Column("float", "", "two-sided p-value, not adjusted"),
}
HAZARDS: Schema = {
    **PAIR,
    "hazard_ratio": Column("float?", "", "Cox hazard ratio of reaching, arm over reference"),
    "lower": Column("float?", "", "Wald lower limit"),
    "upper": Column("float?", "", "Wald upper limit"),
    "p": Column("float?", "", "Wald p-value, descriptive"),
}
OMNIBUS: Schema = {
    **STUDY,
    "test": Column("str", "", "the test's name"),
    "arms": Column("int", "", "arms compared"),
    "n": Column("int", "seeds", "seeds that every arm has"),
    "statistic": Column("float?", "", "its statistic"),
    "p": Column("float", "", "within-seed label permutation p-value, descriptive"),
}
FINAL: Schema = {
    **STUDY,
    **ARM,
    "metric": Column("str", "", "`final_loss` (nats) or `final_accuracy` (fraction)"),
    "n": Column("int", "runs", "runs with a finite value"),
    "mean": Column("float?", "", "mean"),
    "iqm": Column("float?", "", "interquartile mean"),
    "lower": Column("float?", "", "bootstrap lower limit of the interquartile mean"),
    "upper": Column("float?", "", "bootstrap upper limit of the interquartile mean"),
}
IMPROVEMENT: Schema = {
    **PAIR,
    "metric": Column("str", "", "`final_loss` or `final_accuracy`"),
    "probability": Column("float", "", "P(arm better than reference) + ½ P(tie), over run pairs"),
    "lower": Column("float?", "", "bootstrap lower limit"),
    "upper": Column("float?", "", "bootstrap upper limit"),
}
LUCK_PAIRS: Schema = {
    **PAIR,
    "seeds": Column("int", "seeds", "seeds drawn for each arm"),
    "other_order": Column("float", "", "how often the order of means comes out otherwise"),
    "tie": Column("float", "", "how often the means tie"),
}
LUCK_WINNERS: Schema = {
    **STUDY,
    **ARM,
    "seeds": Column("int", "seeds", "seeds drawn for each arm"),
    "wins": Column("float", "", "how often this arm has the smallest mean (ties shared)"),
}

TABLES: Mapping[str, Schema] = {
    "events": EVENTS,
    "arms": ARMS,
    "contrasts": CONTRASTS,
    "pairs": CONTRASTS,
    "survival": SURVIVAL,
    "curves": CURVES,
    "curve_differences": CURVE_DIFFERENCES,
    "predictions": PREDICTIONS,
    "thresholds": THRESHOLDS,
    "threshold_events": THRESHOLD_EVENTS,
    "budgets": BUDGETS,
    "rank_tests": RANK_TESTS,
    "hazards": HAZARDS,
    "omnibus": OMNIBUS,
    "final": FINAL,
    "improvement": IMPROVEMENT,
    "luck_pairs": LUCK_PAIRS,
    "luck_winners": LUCK_WINNERS,
}


class TableError(ValueError):
    """A table that does not have the columns, kinds or values that its schema asks for."""


def check(table: pd.DataFrame, schema: Schema, name: str) -> pd.DataFrame:
    """Return the table with the schema's columns first and their dtypes; factors follow.

    Parameters
    ----------
    table : pandas.DataFrame
        A table without rows may lack columns, too.
    schema : mapping of str to Field
    name : str
        How the error calls the table, such as its path.

    Raises
    ------
    TableError
        If a column is missing, has a missing value it may not have, or can't be converted.
    """
    if table.empty:
        table = table.reindex(columns=[*schema, *(c for c in table if c not in schema)])
    missing = [column for column in schema if column not in table]
    if missing:
        raise TableError(
            f"{name}: column {missing[0]} is missing; has {', '.join(map(str, table))}"
        )
    converted = {label: _converted(table[label], field, name) for label, field in schema.items()}
    factors = [column for column in table if column not in schema]
    return pd.concat([pd.DataFrame(converted), table[factors]], axis=1)


def _converted(values: pd.Series, field: Column, name: str) -> pd.Series:
    if not field.kind.endswith("?") and values.isna().any():
        row = int(values.isna().to_numpy().argmax())
        raise TableError(f"{name}: {values.name} must have a value, but row {row} has none")
    if field.kind == "seed":
        return _seeds(values)
    dtype: Any = _DTYPES.get(field.kind) or _time_dtype(values, field.kind)
    try:
        return values.astype(dtype)
    except (TypeError, ValueError) as error:
        raise TableError(f"{name}: {values.name} must be {field.kind}: {error}") from None


def _seeds(values: pd.Series) -> pd.Series:
    """Return seeds as integers where all of them are written as such, else as words."""
    if pd.api.types.is_integer_dtype(values.dtype):
        return values.astype("int64")
    words = values.astype("str")
    plain = words.str.fullmatch(r"0|[1-9][0-9]{0,17}").all()
    return words.astype("int64") if plain and len(words) else words


def _time_dtype(values: pd.Series, kind: str) -> str:
    """Return an integer type for whole numbers, so that epochs are written as such."""
    numbers = pd.to_numeric(values, errors="coerce").to_numpy(float, na_value=np.nan)
    whole = bool((np.floor(numbers) == numbers)[~np.isnan(numbers)].all())
    return ("Int64" if kind.endswith("?") else "int64") if whole else "float64"


def write_table(table: pd.DataFrame, schema: Schema, path: str | os.PathLike[str]) -> None:
    """Check a table and write it as CSV, unrounded, atomically."""
    checked = check(table, schema, str(path))
    with atomic(path) as temporary:
        checked.to_csv(temporary, index=False, lineterminator="\n", encoding="utf-8")


def read_table(path: str | os.PathLike[str], schema: Schema) -> pd.DataFrame:
    """Read a table that `write_table` wrote.

    The word ``none`` stays a word; only empty cells are missing.

    Raises
    ------
    TableError
        Naming the file and what to do, if it can't be read or is not such a table.
    """
    text = {c: "str" for c, field in schema.items() if field.kind in _WORDS}
    try:
        table = pd.read_csv(Path(path), keep_default_na=False, na_values=[""], dtype=text)
        lost = [column for column in schema if column not in table]
        if lost:
            raise TableError(f"column {lost[0]} is missing")
        return check(table, schema, str(path))
    except (OSError, UnicodeDecodeError, ValueError) as error:
        reason = str(error).removeprefix(f"{path}: ")
        raise TableError(
            f"{path}: can't be used: {reason}; delete it and run again, it is made anew"
        ) from None
