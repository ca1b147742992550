"""What the first screen says, for every kind of study."""

import json

import pytest
import synthetic

from thresher.report.answer import AT_A_GLANCE, answer, headline
from thresher.report.inputs import Inputs
from thresher.report.page import render


def inputs(settings: dict | None = None, **case) -> Inputs:
    shape = {"arms": case.get("arms", 8), "seeds": case.get("seeds", 32)}
    plan = synthetic.settings(**shape, **(settings or {}))
    return Inputs(plan, synthetic.tables(**case), {}, {}, {}, (), None)


def with_verdicts(*verdicts: str, **changes) -> Inputs:
    """Give the contrasts of a small study these verdicts."""
    given = inputs(arms=len(verdicts) + 1, seeds=10, **changes)
    contrasts = given.tables["contrasts"].assign(verdict=list(verdicts))
    return Inputs(given.settings, {**given.tables, "contrasts": contrasts}, {}, {}, {}, (), None)


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
        ("not reached", "lstm_backward reaches the threshold too seldom."),
        ("equivalent", "lstm_backward is equivalent to it."),
    ],
)
def test_every_other_verdict_has_its_phrase(verdict, phrase):
    assert headline(with_verdicts(verdict)).endswith(phrase)


def test_all_pairs_are_counted_and_the_soonest_arm_is_named():
    given = inputs({"reference": None}, arms=4, seeds=10)
    pairs = given.tables["pairs"]
    verdicts = ["faster", "slower", "equivalent", "inconclusive", "inconclusive", "not reached"]
    tables = {**given.tables, "contrasts": pairs.assign(verdict=verdicts)}
    best = tables["arms"].sort_values("restricted_mean")["arm"].iloc[0]
    assert headline(Inputs(given.settings, tables, {}, {}, {}, (), None)) == (
        "2 of 6 pairs of arms differ, 1 equivalent, 2 inconclusive, 1 too seldom reached. "
        f"{best} is the soonest on average."
    )


def test_one_arm_is_described_and_not_compared():
    text = headline(inputs(arms=1, seeds=10, censored=0.0))
    assert text.startswith("lstm_forward reached 0.239 nats within 1,000 epochs in 10 of 10 runs")
    assert text.endswith("nothing to be compared with.")
    assert headline(inputs(arms=1, seeds=10, censored=1.0)) == (
        "lstm_forward did not reach 0.239 nats within 1,000 epochs."
    )


def test_there_is_a_sentence_for_every_contrast_soonest_first():
    said = answer(inputs())
    contrasts = inputs().tables["contrasts"].sort_values("percent", kind="stable")
    assert [line.verdict for line in said.lines] == contrasts["verdict"].to_list()
    for line, arm in zip(said.lines, contrasts["arm"], strict=True):
        assert line.arm == arm
        assert line.sentence.endswith(".")
        assert "95 % CI" in line.sentence
        assert 0 <= line.strip.point <= 100
    assert said.more == ()


def test_many_contrasts_are_folded():
    given = inputs({"reference": None}, arms=20, seeds=8)
    tables = {**given.tables, "contrasts": given.tables["pairs"]}
    said = answer(Inputs(given.settings, tables, {}, {}, {}, (), None))
    assert len(said.lines) == AT_A_GLANCE
    assert len(said.lines) + len(said.more) == 190


def test_an_unbounded_interval_is_open_at_both_ends():
    said = answer(inputs(arms=2, seeds=4))
    assert said.lines[0].strip.range == (0.0, 100.0)
    assert said.lines[0].strip.open == "lower upper"


def test_labels_replace_names():
    said = answer(inputs({"labels": {"lstm_backward": "Backwards"}}, arms=2, seeds=10))
    assert "Backwards" in said.headline
    assert "lstm_backward" not in said.headline + said.lines[0].sentence


def test_a_reader_is_warned_of_few_seeds_diverged_runs_and_other_bits():
    assert answer(inputs(censored=0.0)).warnings == ()
    few = answer(inputs(seeds=4)).warnings
    assert len(few) == 1
    assert "no verdict of faster or slower is possible" in few[0]
    gone = answer(inputs(diverged=3)).warnings
    assert len(gone) == 1
    assert gone[0].startswith("3 of 256 runs diverged")
    canary = {"arm": "a", "seeds": [0], "identical": False, "largest_deviation": 1e-9}
    given = inputs(censored=0.0)
    other = Inputs(given.settings, given.tables, {}, {}, {}, (), canary)
    assert "gave other numbers" in answer(other).warnings[0]


def test_departures_from_the_plan_are_listed(report):
    page = render(inputs({"pairing": "data"}))
    assert "pairing is data (plan: data+weights)" in page
    assert "departs from the default plan in nothing" in render(inputs())


def test_captions_name_n_and_the_censored_runs_of_each_arm(report):
    page = report(arms=5, seeds=8, diverged=8).read_text()
    arms = synthetic.tables(arms=5, seeds=8, diverged=8)["arms"]
    some = arms[arms["censored"] > 0]
    assert page.count("n = 8 an arm; ") >= 5
    for arm, n in zip(some["arm"], some["censored"], strict=True):
        assert f"{arm} {n}" in page
    assert "diverged: bilstm mul 8" in page


def test_words_of_the_user_are_text_and_never_markup():
    bad = "<script>alert(1)</script>"
    page = render(inputs({"labels": {"lstm_backward": bad}}, arms=3, seeds=8))
    assert bad not in page
    assert "&lt;script&gt;" in page


def test_the_page_is_the_same_every_time_and_small_enough(report):
    path = report()
    assert path.stat().st_size < 3_000_000
    tables = {p.stem: p for p in (path.parent / "tables").glob("*.csv")}
    from thresher.report.inputs import load

    drawn = path.parent / "figures", path.parent / "phone"
    runs = sorted(path.parent.glob("*.run.json"))
    settings = json.dumps(synthetic.settings())
    again = render(load(settings, tables, *drawn, runs, path.parent / "canary.json"))
    assert again == path.read_text()


def test_a_missing_table_is_empty_and_not_an_error():
    given = inputs(arms=3, seeds=8)
    kept = {
        name: table if name in {"events", "arms", "contrasts", "pairs"} else table.iloc[:0]
        for name, table in given.tables.items()
    }
    page = render(Inputs(given.settings, kept, {}, {}, {}, (), None))
    assert "no block was trained twice" in page
