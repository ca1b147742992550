"""What the first screen says, for every kind of study."""

import re
from dataclasses import replace

import pytest

import made_up
from thresher.metric import Axis, Metric
from thresher.report.answer import AT_A_GLANCE, MOST, answer, facts, family, headline
from thresher.results import Results

RISING = Metric("return", "episode return", "", "higher")
EVERY_CASE = {
    "default": {},
    "accuracy": {"metric": "eval_accuracy", "threshold": 0.9},
    "a return": {"metric": RISING, "threshold": -30.0, "imported": True},
    "steps": {"axis": Axis("step", "steps"), "imported": True},
    "one arm": {"arms": 1},
    "one seed": {"seeds": 1},
    "all pairs": {"reference": None},
    "unpaired": {"pairing": "none"},
    "all censored": {"censored": 1.0},
    "diverged": {"diverged": 6, "diverged_at": 20},
    "all at the start": {"threshold": 100.0},
    "some at the start": {"threshold": 0.689},
}


def small(**case) -> Results:
    return made_up.results(**{"arms": 4, "seeds": 8, "budget": 400, **case})


def with_table(results: Results, name: str, table) -> Results:
    return replace(results, tables={**results.tables, name: table})


def with_verdicts(*verdicts: str, **changes) -> Results:
    """Give the contrasts of a small study these verdicts."""
    given = small(arms=len(verdicts) + 1, **changes)
    return with_table(given, "contrasts", given.table("contrasts").assign(verdict=list(verdicts)))


def test_the_headline_names_arms_by_verdict():
    given = with_verdicts("slower", "faster", "faster", "inconclusive")
    assert headline(given) == (
        "Compared with lstm_forward, lstm_backward_aligned and bilstm sum learn faster; "
        "lstm_backward learns more slowly; bilstm mul is inconclusive."
    )


def test_the_headline_counts_where_there_are_many():
    given = with_verdicts(*["faster"] * 6, "equivalent")
    assert headline(given) == (
        "Compared with lstm_forward, 6 of 7 arms learn faster; lstm_matched is equivalent to it."
    )


@pytest.mark.parametrize(
    ("verdict", "phrase"),
    [
        ("detectable but negligible", "lstm_backward differs negligibly."),
        ("not reached", "lstm_backward can’t be judged, as too few runs reach the threshold."),
        ("equivalent", "lstm_backward is equivalent to it."),
    ],
)
def test_every_other_verdict_has_its_phrase(verdict, phrase):
    assert headline(with_verdicts(verdict)).endswith(phrase)


def test_all_pairs_are_counted_and_the_soonest_arm_is_named():
    verdicts = ["faster", "slower", "equivalent", "inconclusive", "inconclusive", "not reached"]
    given = small(reference=None)
    given = with_table(given, "contrasts", given.table("contrasts").assign(verdict=verdicts))
    best = given.table("arms").sort_values("restricted_mean")["arm"].iloc[0]
    assert headline(given) == (
        "2 of 6 pairs of arms differ, 1 equivalent, 2 inconclusive, 1 too seldom reached. "
        f"{best} is the soonest on average."
    )


def test_one_pair_differs_in_the_singular():
    given = small(arms=3, reference=None)
    verdicts = ["faster", "inconclusive", "inconclusive"]
    given = with_table(given, "contrasts", given.table("contrasts").assign(verdict=verdicts))
    assert headline(given).startswith("1 of 3 pairs of arms differs, 2 inconclusive.")


def test_one_arm_is_described_and_not_compared():
    text = headline(small(arms=1, censored=0.0))
    assert text.startswith(
        "The arm lstm_forward reached 0.239 nats within 400 epochs in 8 of 8 runs"
    )
    assert text.endswith("nothing to be compared with.")
    assert headline(small(arms=1, censored=1.0)) == (
        "The arm lstm_forward did not reach 0.239 nats within 400 epochs."
    )
    named = small(arms=1, censored=1.0, labels={"lstm_forward": "LSTM"})
    assert headline(named) == "LSTM did not reach 0.239 nats within 400 epochs."
    assert "in 1 of 1 run, after" in headline(small(arms=1, seeds=1, censored=0.0))


def test_there_is_a_sentence_for_every_contrast_soonest_first(material):
    said = answer(material())
    contrasts = made_up.usual().table("contrasts").sort_values("percent", kind="stable")
    assert [line.verdict for line in said.lines] == contrasts["verdict"].to_list()
    for line, arm in zip(said.lines, contrasts["arm"], strict=True):
        assert line.arm == arm
        assert line.sentence.endswith(".")
        assert "95 % CI" in line.sentence
        assert line.strip is not None
        assert 0 <= line.strip.point <= 100
    assert said.more == ()
    assert said.left_out == 0


def test_many_contrasts_are_folded_and_very_many_are_left_to_the_table(material):
    given = made_up.results(arms=20, seeds=8, budget=100, reference=None)
    said = answer(material(given))
    assert len(said.lines) == AT_A_GLANCE
    assert len(said.lines) + len(said.more) == 190
    contrasts = given.table("contrasts")
    crowd = contrasts.loc[contrasts.index.repeat(4)]
    said = answer(material(with_table(given, "contrasts", crowd)))
    assert len(said.lines) + len(said.more) == MOST
    assert said.left_out == 4 * 190 - MOST


def test_an_unbounded_interval_is_open_at_both_ends(material):
    said = answer(material(small(arms=2, seeds=4)))
    assert said.lines[0].strip.range == (0.0, 100.0)
    assert said.lines[0].strip.open == "lower upper"


def test_labels_replace_names(material):
    said = answer(material(small(arms=2, labels={"lstm_backward": "Backwards"})))
    assert "Backwards" in said.headline
    assert "lstm_backward" not in said.headline + said.lines[0].sentence


@pytest.mark.parametrize("case", EVERY_CASE.values(), ids=EVERY_CASE)
def test_every_sentence_has_the_study_s_own_words(case, material):
    """Neither the axis nor the metric of the default study turns up in another's sentences."""
    given = small(**case)
    said = answer(material(given))
    text = " ".join(
        [said.headline, *said.warnings, *said.notes, *(line.sentence for line in said.lines)]
        + [f"{name} {value}" for name, value in said.facts]
    )
    if given.study.axis.unit != "epochs":
        assert "epoch" not in text
    if given.study.metric.unit != "nats":
        assert "nats" not in text
    if given.study.training is None:
        for word in ("held-out set", "weights", "batch", "trained"):
            assert word not in text
    wrong = r"\bnan\b|\bNone\b|\(∞\)|\b0 \w+ later|\b1 (seeds|runs|epochs|steps)\b|100 % CI"
    assert not re.search(wrong, text)


def test_the_facts_name_metric_axis_and_resolution():
    found = dict(facts(small(metric="eval_accuracy", threshold=0.9)))
    assert found["Threshold"] == "0.9 held-out accuracy (study file)"
    assert found["Budget"] == "400 epochs"
    assert found["Evaluated"] == "every 5 epochs"
    imported = dict(facts(small(imported=True, axis=Axis("step", "steps"))))
    assert imported["Budget"] == "400 steps"
    assert "Evaluated" not in imported


def test_a_trailing_mean_is_said():
    own = made_up.study(arms=2, seeds=6, budget=400)
    smooth = replace(own.endpoint, smooth=50)
    given = small(arms=2, endpoint=smooth)
    assert dict(facts(given))["Threshold"].endswith("trailing mean over 50 epochs")


def test_a_reader_is_warned_of_few_seeds(material):
    assert answer(material(small(censored=0.0))).warnings == ()
    few = answer(material(small(seeds=4))).warnings
    assert len(few) == 1
    assert "no verdict of faster or slower is possible at 0.05" in few[0]
    assert few[0].endswith("7 seeds an arm make it possible.")


def test_a_reader_is_warned_of_every_run_that_diverged(material):
    before = answer(material(small(diverged=3, diverged_at=5))).warnings
    assert len(before) == 1
    assert before[0] == (
        "3 of 32 runs diverged (infinite or undefined loss): bilstm sum 3. They count as never "
        "having reached the threshold. Mean curves leave them out."
    )
    after = answer(material(small(censored=0.0, diverged=3, diverged_at=395))).warnings
    assert after[0].startswith("3 of 32 runs diverged")
    assert "Of them 3 had reached the threshold before, which stays so." in after[0]


def test_a_reader_is_warned_of_other_bits(material):
    canary = {
        "arm": "a",
        "seeds": [0],
        "epochs": 400,
        "identical": False,
        "largest_deviation": 1e-9,
    }
    given = material(small(censored=0.0), canary=canary)
    assert "gave other numbers" in answer(given).warnings[0]


def test_a_threshold_that_all_meet_from_the_start_is_the_finding(material):
    said = answer(material(small(threshold=100.0)))
    assert said.headline == "Nothing can be compared: every run met 100 nats at epoch 0."
    assert said.warnings == (
        "every run met the threshold at epoch 0, untrained: choose a stricter one "
        "(endpoint.threshold).",
    )
    assert all("nothing to compare" in line.sentence for line in said.lines)
    assert all(line.strip is None for line in said.lines)
    assert "Soonest on average" not in dict(said.facts)


def test_the_family_is_named_as_it_was_adjusted():
    joint = family(small())
    assert "over the 3 contrasts with the reference, differences and equivalences together" in joint
    assert joint.endswith("the chance of any wrong verdict is at most 0.05")
    given = small()
    table = given.table("contrasts").assign(family="separate")
    assert family(with_table(given, "contrasts", table)).endswith("at most 0.1")
    assert family(small(arms=2)).startswith("not adjusted, as there is one contrast")
    assert "of all pairs" in family(small(reference=None))
