"""Numbers as readers expect them, and a sentence for every verdict that a contrast can have."""

import math

import pandas as pd
import pytest
from synthetic import tables

from thresher import format as words
from thresher.fields import VERDICTS
from thresher.tables import TABLES

THRESHOLD, BUDGET = 0.23872, 1000


@pytest.mark.parametrize(
    ("value", "text"),
    [(1000, "1,000"), (412.4, "412"), (-412, "−412"), (-0.2, "0"), (1234567, "1,234,567"),
     (math.inf, "∞"), (-math.inf, "−∞"), (math.nan, "–"), (pd.NA, "–")],
)  # fmt: skip
def test_counts_have_thousands_separators_and_a_real_minus(value, text):
    assert words.count(value) == text


@pytest.mark.parametrize(
    ("value", "text"), [(412, "+412"), (-1412.4, "−1,412"), (0.3, "0"), (-0.3, "0")]
)
def test_a_difference_in_epochs_has_its_sign(value, text):
    assert words.signed_epochs(value) == text


def test_epochs_have_a_singular():
    assert words.epochs(1) == "1 epoch"
    assert words.epochs(1000) == "1,000 epochs"


@pytest.mark.parametrize(
    ("value", "text"),
    [(58.4, "58 %"), (-4.21, "−4.2 %"), (10, "10 %"), (9.96, "10 %"), (4, "4 %"), (-0.01, "0 %")],
)
def test_percent_has_a_decimal_only_below_ten(value, text):
    assert words.percent(value) == text


def test_a_share_is_shown_as_percent():
    assert words.fraction(0.125) == "12 %"


@pytest.mark.parametrize(
    ("value", "text"),
    [(0.23872, "0.239 nats"), (0.55, "0.55 nats"), (0.0000123456, "0.0000123 nats"),
     (12.345, "12.3 nats")],
)  # fmt: skip
def test_nats_have_three_significant_digits_and_no_exponent(value, text):
    assert words.nats(value) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [(0.0004, "p < 0.001"), (0.001, "p = 0.001"), (0.0312, "p = 0.031"), (0.25, "p = 0.25"),
     (1.0, "p = 1"), (0.998, "p > 0.99"), (math.nan, "p unknown")],
)  # fmt: skip
def test_p_values_are_written_as_journals_do(value, text):
    assert words.p_value(value) == text


@pytest.mark.parametrize("value", [0.0496, 0.04999, 0.0502, 0.09996])
def test_a_p_value_is_never_rounded_onto_a_level(value):
    shown = float(words.p_value(value).split("= ")[1])
    assert (shown <= 0.05) == (value <= 0.05)
    assert shown not in (0.05, 0.1)


def test_an_interval_may_be_open_at_either_end():
    assert words.interval(370.2, 455) == "95 % CI 370 to 455"
    assert words.interval(math.nan, 12) == "95 % CI −∞ to 12"
    assert words.interval(-1500, pd.NA, 0.999) == "99.9 % CI −1,500 to ∞"


def test_an_arm_is_labelled_with_its_runs_and_what_became_of_them():
    assert words.arm_label("bilstm sum", 32) == "bilstm sum, n = 32"
    assert words.arm_label("bilstm sum", 32, 0) == "bilstm sum, n = 32, none censored"
    assert words.arm_label("x", 1000, 2, 3) == "x, n = 1,000, 2 censored, 3 diverged"
    assert words.runs(1, 0) == "1 run, none censored"


@pytest.mark.parametrize(
    ("table", "column", "value", "text"),
    [
        ("contrasts", "p_adjusted", 0.0001, "< 0.001"),
        ("contrasts", "p", 0.031, "0.031"),
        ("contrasts", "lower", math.nan, "−∞"),
        ("contrasts", "percent_upper", math.nan, "∞"),
        ("contrasts", "mean_difference", -412.3, "−412"),
        ("contrasts", "percent", -58.2, "−58 %"),
        ("contrasts", "seeds_for_effect", pd.NA, "–"),
        ("arms", "threshold", 0.23872, "0.239"),
        ("arms", "reached_fraction", 0.5, "50 %"),
        ("arms", "median", math.nan, "–"),
        ("arms", "median_upper", math.nan, "∞"),
        ("events", "event", True, "yes"),
    ],
)
def test_a_cell_is_formatted_by_its_column(table, column, value, text):
    assert words.cell(value, column, TABLES[table][column]) == text


def test_every_cell_of_every_table_can_be_formatted():
    for name, table in tables(arms=3, seeds=6, diverged=1).items():
        for column, declared in TABLES[name].items():
            assert isinstance(declared, Column)
            assert words.cell(table[column].iloc[0], column, declared)


def contrast(verdict: str = "faster", **changes) -> dict:
    row = {
        "arm": "bilstm sum", "reference": "lstm_forward", "design": "paired", "n_arm": 32,
        "n_reference": 32, "n_dropped": 0, "reached_arm": 32, "reached_reference": 32,
        "mean_difference": -412.3, "lower": -455.1, "upper": -369.6, "confidence": 0.95,
        "percent": -57.9, "p_adjusted": 0.00002, "p_equivalence_adjusted": 0.004,
        "p_smallest": 2.0**-31, "margin": 0.1, "seeds_for_effect": 120, "seeds_for_margin": 80,
        "verdict": verdict,
    }  # fmt: skip
    return {**row, **changes}


def said(row: dict, **options) -> str:
    return words.verdict_sentence(row, THRESHOLD, BUDGET, **options)


LATER = {"mean_difference": 412.3, "lower": 369.6, "upper": 455.1, "percent": 57.9}
SMALL = {"mean_difference": -12.4, "lower": -30.2, "upper": 5.6, "percent": -1.74}
CENSORED = {"reached_arm": 30, "reached_reference": 27}


def test_faster_without_censoring():
    assert said(contrast()) == (
        "bilstm sum reaches 0.239 nats 412 epochs (58 %) sooner than lstm_forward "
        "(95 % CI 370 to 455; 32 paired seeds, none censored; adjusted p < 0.001)"
    )


def test_slower_without_censoring():
    assert said(contrast("slower", **LATER)) == (
        "bilstm sum reaches 0.239 nats 412 epochs (58 %) later than lstm_forward "
        "(95 % CI 370 to 455; 32 paired seeds, none censored; adjusted p < 0.001)"
    )


def test_faster_with_censored_runs_speaks_of_the_mean_within_the_budget():
    assert said(contrast(**CENSORED)) == (
        "bilstm sum reaches 0.239 nats on average 412 epochs (58 %) sooner than lstm_forward "
        "within 1,000 epochs (95 % CI 370 to 455; 32 paired seeds; "
        "censored: 2 of bilstm sum, 5 of lstm_forward; adjusted p < 0.001)"
    )


def test_diverged_runs_are_told_from_censored_ones():
    sentence = said(contrast(**CENSORED), diverged={"lstm_forward": 5})
    assert "32 paired seeds; censored: 2 of bilstm sum; diverged: 5 of lstm_forward;" in sentence


def test_slower_without_a_single_event():
    assert said(contrast("slower", **LATER, reached_arm=0, reached_reference=31)) == (
        "bilstm sum did not reach 0.239 nats within 1,000 epochs, lstm_forward did in 31 of 32 "
        "runs: on average 412 epochs (58 %) later within 1,000 epochs (95 % CI 370 to 455; "
        "32 paired seeds; censored: 32 of bilstm sum, 1 of lstm_forward; adjusted p < 0.001)"
    )


def test_faster_than_an_arm_without_an_event():
    sentence = said(contrast(reached_reference=0))
    assert "sooner than lstm_forward within 1,000 epochs, where lstm_forward did not" in sentence


def test_equivalent():
    row = contrast("equivalent", **SMALL, p_adjusted=0.3)
    assert said(row) == (
        "bilstm sum is equivalent to lstm_forward within ±10 %: it reaches 0.239 nats 12 epochs "
        "(1.7 %) sooner (95 % CI −6 to 30; 32 paired seeds, none censored; "
        "adjusted p of equivalence = 0.004)"
    )
    assert "on average 12 epochs (1.7 %) sooner within 1,000" in said({**row, **CENSORED})


def test_detectable_but_negligible():
    row = contrast("detectable but negligible", **{**SMALL, "upper": -2.0}, p_adjusted=0.01)
    assert said(row) == (
        "bilstm sum reaches 0.239 nats 12 epochs (1.7 %) sooner than lstm_forward, detectable but "
        "negligible: within ±10 % (95 % CI 2 to 30; 32 paired seeds, none censored; "
        "adjusted p = 0.010, adjusted p of equivalence = 0.004)"
    )
    assert "on average" in said({**row, **CENSORED})


def test_inconclusive_guesses_how_many_seeds_would_settle_it():
    row = contrast("inconclusive", **SMALL, p_adjusted=0.3)
    assert said(row) == (
        "bilstm sum against lstm_forward is inconclusive: it reached 0.239 nats 12 epochs (1.7 %) "
        "sooner (95 % CI −6 to 30; 32 paired seeds, none censored; adjusted p = 0.30); "
        "about 120 seeds would settle it, a rough guess"
    )


@pytest.mark.parametrize(
    ("effect", "margin", "text"),
    [
        (20, 80, "about 80 seeds would settle a difference of 10 %, a rough guess"),
        (pd.NA, 80, "about 80 seeds would settle a difference of 10 %, a rough guess"),
        (20, 20, "more seeds than 32 are needed, no guess how many"),
        (10_000, 80, "about 10,000 seeds would settle it, a rough guess"),
    ],
)
def test_a_guess_is_never_fewer_seeds_than_there_were(effect, margin, text):
    row = contrast("inconclusive", **SMALL, seeds_for_effect=effect, seeds_for_margin=margin)
    assert said(row).endswith(text)


def test_too_few_seeds_for_alpha_is_said_with_the_whole_line_as_interval():
    row = contrast("inconclusive", n_arm=4, n_reference=4, reached_arm=4, reached_reference=4)
    row |= {"lower": math.nan, "upper": math.nan, "p_smallest": 0.125, "p_adjusted": 0.25}
    sentence = said(row, contrasts=7)
    assert "(95 % CI −∞ to ∞; 4 paired seeds, none censored; adjusted p = 0.25)" in sentence
    assert "4 seeds cannot settle it: the smallest adjusted p that so few can give is 0.88" in (
        sentence
    )
    assert sentence.endswith("about 120 seeds would settle it, a rough guess")


def test_not_reached_by_either_arm():
    row = contrast("not reached", mean_difference=0.0, percent=0.0, lower=0.0, upper=0.0)
    row |= {"reached_arm": 0, "reached_reference": 0, "p_adjusted": 1.0}
    assert said(row) == (
        "bilstm sum did not reach 0.239 nats within 1,000 epochs, nor did lstm_forward "
        "(32 paired seeds; censored: 32 of bilstm sum, 32 of lstm_forward)"
    )


@pytest.mark.parametrize(
    ("arm", "reference", "text"),
    [
        (
            0,
            3,
            "bilstm sum did not reach 0.239 nats within 1,000 epochs, lstm_forward did in 3 of ",
        ),
        (
            3,
            0,
            "bilstm sum reached 0.239 nats within 1,000 epochs in 3 of 32 runs, lstm_forward in ",
        ),
        (3, 9, "in 3 of 32 runs, lstm_forward in 9 of 32 runs: too few for a verdict, on average "),
    ],
)
def test_not_reached_by_most_runs(arm, reference, text):
    row = contrast("not reached", reached_arm=arm, reached_reference=reference, p_adjusted=0.2)
    assert text in said(row)
    assert "too few for a verdict" in said(row)


def test_unpaired_runs_and_dropped_seeds_are_counted():
    row = contrast(design="unpaired", n_reference=30, reached_reference=30)
    assert "(95 % CI 370 to 455; 32 and 30 unpaired runs, none censored;" in said(row)
    assert "32 paired seeds (2 without a partner left out), none" in said(contrast(n_dropped=2))


def test_a_label_of_the_study_file_replaces_the_arms_name():
    sentence = said(contrast(), labels={"bilstm sum": "BiLSTM Σ"})
    assert sentence.startswith("BiLSTM Σ reaches")
    assert "than lstm_forward" in sentence


def test_less_than_an_epoch_is_not_called_none():
    row = contrast("inconclusive", **{**SMALL, "mean_difference": 0.2})
    assert "less than 1 epoch later" in said(row)
    assert "1 epoch (1.7 %) sooner" in said(contrast(**{**SMALL, "mean_difference": -1.0}))


def test_an_unknown_verdict_is_refused_by_name():
    with pytest.raises(ValueError, match="but was better"):
        said(contrast("better"))


@pytest.mark.parametrize("verdict", VERDICTS)
@pytest.mark.parametrize("size", [LATER, SMALL, {}], ids=["later", "small", "sooner"])
@pytest.mark.parametrize("lost", [CENSORED, {}], ids=["censored", "complete"])
@pytest.mark.parametrize("unbounded", [True, False])
def test_every_sentence_names_direction_sample_interval_and_never_claims_absence(
    verdict, size, lost, unbounded
):
    limits = {"lower": math.nan, "upper": math.nan} if unbounded else {}
    row = contrast(verdict, **{**size, **lost, **limits})
    sentence = said(row)
    direction = "later" if row["mean_difference"] > 0 else "sooner"
    assert direction in sentence
    assert {"later": "sooner", "sooner": "later"}[direction] not in sentence
    assert ("−∞ to ∞" in sentence) == unbounded
    assert "32 paired seeds" in sentence
    assert ("on average" in sentence and "within 1,000 epochs" in sentence) == bool(lost) or (
        verdict == "not reached"
    )
    assert "none censored" in sentence or lost
    assert "no difference" not in sentence.lower()
    assert "nan" not in sentence.lower().replace("none", "")
    assert not sentence.endswith(".")
