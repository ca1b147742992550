"""Numbers as readers expect them, and a sentence for every verdict that a contrast can have."""

import math
from dataclasses import replace

import pandas as pd
import pytest

import made_up
from thresher import format as words
from thresher.fields import VERDICTS
from thresher.metric import Axis, Metric, engine_metrics
from thresher.statistics.verdict import LESS, MORE, OPEN

LOSS, ACCURACY = (
    engine_metrics("binary_crossentropy")[name] for name in ("eval_loss", "eval_accuracy")
)
EPOCHS, HOURS, PASSES = Axis(), Axis("hour", "hours"), Axis(parts=True)


@pytest.mark.parametrize(
    ("value", "text"),
    [(1000, "1,000"), (412.4, "412"), (-412, "−412"), (-0.2, "0"), (1234567, "1,234,567"),
     (math.inf, "∞"), (-math.inf, "−∞"), (math.nan, "–"), (pd.NA, "–")],
)  # fmt: skip
def test_counts_have_thousands_separators_and_a_real_minus(value, text):
    assert words.count(value) == text


@pytest.mark.parametrize(
    ("value", "axis", "text"),
    [(412, EPOCHS, "+412"), (-1412.4, EPOCHS, "−1,412"), (0.3, EPOCHS, "0"), (-0.3, EPOCHS, "0"),
     (4.38, EPOCHS, "+4"), (4.38, HOURS, "+4.4"), (-0.25, HOURS, "−0.25"), (0, HOURS, "0"),
     (12.7, HOURS, "+13"), (math.nan, HOURS, "–"), (-2.16, PASSES, "−2.2"),
     (12.7, PASSES, "+13")],
)  # fmt: skip
def test_a_difference_along_the_axis_has_its_sign_and_parts_only_where_there_are_any(
    value, axis, text
):
    assert words.signed_duration(value, axis) == text


@pytest.mark.parametrize(
    ("value", "axis", "text"),
    [(1, EPOCHS, "1 epoch"), (1000, EPOCHS, "1,000 epochs"), (1.3, EPOCHS, "1 epoch"),
     (1, Axis("step", "steps"), "1 step"), (1.5, HOURS, "1.5 hours"), (0.5, HOURS, "0.5 hours"),
     (1, HOURS, "1 hour"), (1, PASSES, "1 epoch"), (0.2, PASSES, "0.2 epochs")],
)  # fmt: skip
def test_durations_have_a_singular(value, axis, text):
    assert words.duration(value, axis) == text


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
def test_levels_have_three_significant_digits_and_no_exponent(value, text):
    assert words.level(value, LOSS) == text


def test_a_metric_without_a_unit_is_named_instead():
    assert words.level(0.9, ACCURACY) == "0.9 held-out accuracy"
    assert words.measure(0.9, ACCURACY) == "0.9"
    assert words.measure(0.239, LOSS) == "0.239 nats"


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


@pytest.mark.parametrize(
    ("value", "text"),
    [(0.95, "95 %"), (0.999, "99.9 %"), (0.999999, "99.9999 %"), (1e-7, "0.00001 %"), (1, "100 %")],
)
def test_a_confidence_is_never_rounded_to_certainty(value, text):
    assert words.confidence(value) == text


def test_an_interval_may_be_open_at_either_end():
    assert words.limits(370.2, 455, words.count) == "370 to 455"
    assert words.limits(math.nan, 12, words.count) == "−∞ to 12"
    assert words.limits(-1500, pd.NA, words.count) == "−1,500 to ∞"
    assert words.limits(math.nan, 12, words.count, least="0") == "0 to 12"


def test_lists_are_prose_and_have_a_cap():
    arms = [f"a{k}" for k in range(40)]
    assert words.listed(["a"]) == "a"
    assert words.listed(["a", "b", "c"]) == "a, b and c"
    assert words.listed(arms, 3) == "a0, a1, a2 and 37 more"
    assert words.listed(arms[:4], 3) == "a0, a1, a2 and a3"
    assert words.listed([]) == ""


def test_one_of_something_is_singular():
    assert words.several(1, "seed") == "1 seed"
    assert words.several(1000, "run") == "1,000 runs"
    assert words.several(0, "run") == "0 runs"


def test_text_from_right_to_left_is_kept_apart():
    assert words.isolated("شبكة") == "\u2068شبكة\u2069"
    assert words.isolated("lstm") == "lstm"


def test_every_verdict_has_a_sign_of_its_own():
    assert set(words.SIGNS) == set(VERDICTS)
    assert len(set(words.SIGNS.values())) == len(VERDICTS)


def contrast(verdict: str = "faster", **changes) -> dict:
    row = {
        "arm": "bilstm sum", "reference": "lstm_forward", "design": "paired", "n_arm": 32,
        "n_reference": 32, "n_dropped": 0, "reached_arm": 32, "reached_reference": 32,
        "mean_difference": -412.3, "lower": -455.1, "upper": -369.6, "confidence": 0.95,
        "percent": -57.9, "p_adjusted": 0.00002, "p_equivalence_adjusted": 0.004,
        "p_smallest": 2.0**-31, "margin": 0.1, "seeds_for_effect": 120, "seeds_for_margin": 80,
        "verdict": verdict, "size": MORE, "bound": "none", "degenerate": "none",
        "advice": "effect", "p_limited_by": "none", "seeds_attainable": 9, "contrasts": 7,
        "resolution": math.nan,
    }  # fmt: skip
    return {**row, **changes}


def said(row: dict, metric: str = "eval_loss", **options) -> str:
    diverged = options.pop("diverged", None)
    study = made_up.study(metric=metric, **options)
    return words.verdict_sentence(row, study, diverged=diverged)


LATER = {"mean_difference": 412.3, "lower": 369.6, "upper": 455.1, "percent": 57.9}
SMALL = {"mean_difference": -12.4, "lower": -30.2, "upper": 5.6, "percent": -1.74, "size": LESS}
CENSORED = {"reached_arm": 30, "reached_reference": 27}


def test_faster_without_censoring():
    assert said(contrast()) == (
        "bilstm sum reaches 0.239 nats 412 epochs (58 %) sooner than lstm_forward "
        "(95 % CI 370 to 455; 32 paired seeds, none censored; adjusted p < 0.001); "
        "by more than 10 %"
    )


def test_slower_without_censoring():
    assert said(contrast("slower", **LATER)) == (
        "bilstm sum reaches 0.239 nats 412 epochs (58 %) later than lstm_forward "
        "(95 % CI 370 to 455; 32 paired seeds, none censored; adjusted p < 0.001); "
        "by more than 10 %"
    )


@pytest.mark.parametrize(
    ("size", "text"),
    [
        (MORE, "; by more than 10 %"),
        (LESS, "; by less than 10 %"),
        (OPEN, "; whether by more than 10 % is open"),
    ],
)
def test_a_difference_is_set_against_the_margin(size, text):
    assert said(contrast(size=size)).endswith(text)
    assert said(contrast("slower", **{**LATER, "size": size})).endswith(text)


def test_a_metric_that_rises_and_has_no_unit_reads_alike():
    assert said(contrast(), "eval_accuracy", threshold=0.9) == (
        "bilstm sum reaches 0.9 held-out accuracy 412 epochs (58 %) sooner than lstm_forward "
        "(95 % CI 370 to 455; 32 paired seeds, none censored; adjusted p < 0.001); "
        "by more than 10 %"
    )


def test_another_axis_has_its_own_words():
    sentence = said(contrast(**CENSORED), axis=Axis("step", "steps"))
    assert "on average 412 steps (58 %) sooner than lstm_forward within 1,000 steps" in sentence
    assert "epoch" not in sentence


def test_a_shared_held_out_set_is_said():
    own = made_up.study()
    assert own.training is not None
    shared = replace(own, training=replace(own.training, evaluation="shared"))
    text = words.verdict_sentence(contrast(), shared)
    assert text.startswith("bilstm sum reaches 0.239 nats on this held-out set 412 epochs")
    assert "held-out set" not in said(contrast())


def test_faster_with_censored_runs_speaks_of_the_mean_within_the_budget():
    assert said(contrast(**CENSORED)) == (
        "bilstm sum reaches 0.239 nats on average 412 epochs (58 %) sooner than lstm_forward "
        "within 1,000 epochs (95 % CI 370 to 455; 32 paired seeds; "
        "censored: 2 of bilstm sum, 5 of lstm_forward; adjusted p < 0.001); by more than 10 %"
    )


def test_diverged_runs_are_told_from_censored_ones():
    sentence = said(contrast(**CENSORED), diverged={"lstm_forward": 5})
    assert "32 paired seeds; censored: 2 of bilstm sum; diverged: 5 of lstm_forward;" in sentence


def test_an_arm_without_an_event_is_later_by_at_least_so_much():
    none = {"reached_arm": 0, "reached_reference": 31, "bound": "at least"}
    assert said(contrast("slower", **LATER, **none)) == (
        "bilstm sum did not reach 0.239 nats within 1,000 epochs, lstm_forward did in 31 of 32 "
        "runs: on average at least 412 epochs (58 %) later within 1,000 epochs (95 % CI 370 to "
        "455; 32 paired seeds; censored: 32 of bilstm sum, 1 of lstm_forward; adjusted p < 0.001); "
        "by more than 10 %"
    )


def test_faster_than_an_arm_without_an_event():
    sentence = said(contrast(reached_reference=0, bound="at most"))
    assert "at least 412 epochs (58 %) sooner than lstm_forward within 1,000 epochs" in sentence
    assert "where lstm_forward did not reach it" in sentence


def test_a_difference_below_the_spacing_of_evaluations_is_not_called_one():
    row = contrast("inconclusive", **SMALL, resolution=20.0)
    assert said({**row, "p_adjusted": 0.001}).endswith(
        "; no difference below the 20 epochs between evaluations is called one"
    )
    assert "20 epochs between" not in said({**row, "p_adjusted": 0.3})


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


def test_inconclusive_guesses_how_many_seeds_the_observed_effect_takes():
    row = contrast("inconclusive", **SMALL, p_adjusted=0.3)
    assert said(row) == (
        "bilstm sum against lstm_forward is inconclusive: it reached 0.239 nats 12 epochs (1.7 %) "
        "sooner (95 % CI −6 to 30; 32 paired seeds, none censored; adjusted p = 0.30); "
        "about 120 seeds would give 80 % power if the observed effect were the true one, a rough "
        "guess"
    )


@pytest.mark.parametrize(
    ("advice", "effect", "margin", "text"),
    [
        ("margin", pd.NA, 80, "about 80 seeds would settle a difference of 10 %, a rough guess"),
        ("margin", pd.NA, 20, "more seeds than 32 are needed, no guess how many"),
        ("effect", 20, 80, "more seeds than 32 are needed, no guess how many"),
        ("effect", 10_000, 80, "more than 10,000 seeds would give 80 % power if the observed "
                               "effect were the true one, a rough guess"),
        ("none", pd.NA, pd.NA, "more seeds than 32 are needed, no guess how many"),
    ],
)  # fmt: skip
def test_a_guess_is_never_fewer_seeds_than_there_were(advice, effect, margin, text):
    guesses = {"advice": advice, "seeds_for_effect": effect, "seeds_for_margin": margin}
    assert said(contrast("inconclusive", **SMALL, **guesses)).endswith(text)


def few(n: int, **changes) -> dict:
    """Return a contrast of too few seeds for its family."""
    runs = dict.fromkeys(("n_arm", "n_reference", "reached_arm", "reached_reference"), n)
    none = {"lower": math.nan, "upper": math.nan, "p_smallest": 2.0 ** (1 - n)}
    limited = {"p_adjusted": 0.25, "p_limited_by": "seeds", "advice": "attainable"}
    return contrast("inconclusive", **{**runs, **none, **limited, **changes})


def test_too_few_seeds_for_alpha_is_said_with_the_whole_line_as_interval():
    sentence = said(few(4))
    assert "(95 % CI −∞ to ∞; 4 paired seeds, none censored; adjusted p = 0.25)" in sentence
    assert sentence.endswith(
        "4 seeds cannot settle it: the smallest adjusted p that so few can give is 0.88; "
        "from 9 seeds on a verdict is possible"
    )


def test_one_seed_gives_no_interval_and_is_singular():
    sentence = said(few(1))
    assert "(one seed gives no interval; 1 paired seed, none censored; " in sentence
    assert "1 seed cannot settle it" in sentence
    assert "1 seeds" not in sentence
    assert "∞" not in sentence


def test_too_few_flips_are_not_blamed_on_the_seeds():
    sentence = said(contrast("inconclusive", **SMALL, p_limited_by="flips"))
    assert "flips are too few for an adjusted p of 0.05 over 7 contrasts" in sentence
    assert "cannot settle it" not in sentence


def test_all_at_the_threshold_from_the_start_needs_no_seeds_but_another_threshold():
    start = {"mean_difference": 0.0, "lower": 0.0, "upper": 0.0, "percent": math.nan}
    sentence = said(contrast("inconclusive", **start, degenerate="all at 0", advice="none"))
    assert sentence == (
        "Every run of bilstm sum and lstm_forward met 0.239 nats at epoch 0, so there is nothing "
        "to compare: choose a stricter threshold (32 paired seeds, none censored)"
    )


def test_a_reference_that_needed_nothing_gives_no_percent():
    row = contrast("slower", **{**LATER, "percent": math.nan}, degenerate="reference at 0")
    sentence = said(row)
    assert "412 epochs later than lstm_forward (95 % CI" in sentence
    assert "%)" not in sentence
    assert "∞" not in sentence


def test_no_difference_at_all_is_neither_sooner_nor_later():
    same = {"mean_difference": 0.0, "lower": 0.0, "upper": 0.0, "percent": 0.0}
    sentence = said(contrast("equivalent", **same, degenerate="no differences"))
    assert "it reaches 0.239 nats neither sooner nor later (95 % CI 0 to 0;" in sentence


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


FALLING = Metric("eval_loss", "held-out loss", "nats", "lower", 0.0, None, "held-out")
RISING = Metric("return", "episode return", "", "higher")


@pytest.mark.parametrize("verdict", VERDICTS)
@pytest.mark.parametrize("size", [LATER, SMALL, {}], ids=["later", "small", "sooner"])
@pytest.mark.parametrize("lost", [CENSORED, {}], ids=["censored", "complete"])
@pytest.mark.parametrize("unbounded", [True, False])
@pytest.mark.parametrize("metric", [FALLING, RISING], ids=["falling", "rising"])
def test_every_sentence_names_direction_sample_interval_and_never_claims_absence(
    verdict, size, lost, unbounded, metric
):
    limits = {"lower": math.nan, "upper": math.nan} if unbounded else {}
    row = contrast(verdict, **{**size, **lost, **limits})
    sentence = said(row, metric, threshold=0.239)
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
    assert "nan" not in sentence.lower().replace("none", "").replace("nats", "")
    assert words.goal(made_up.study(metric=metric, threshold=0.239)) in sentence
    assert not sentence.endswith(".")


@pytest.mark.parametrize(
    ("step", "said"),
    [
        (0.5, "every 0.5 epochs"),
        (1, "every epoch"),
        (10, "every 10 epochs"),
        ("1 step", "every step"),
        ("50 steps", "every 50 steps"),
    ],
)
def test_how_often_runs_are_evaluated_is_said_within_a_pass_too(step, said):
    made = made_up.study()
    made = replace(made, training=replace(made.training, evaluate_every=step))
    assert words.every(made) == said
