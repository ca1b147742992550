"""What became of the runs, what they cost, and whether training repeats itself."""

import pytest

import made_up
from thresher.report.diagnostics import cost, notes, views


def small(**case):
    return made_up.results(**{"arms": 3, "seeds": 8, "budget": 400, **case})


def facts(arm: str, seconds: float, epochs: int) -> dict:
    return {"arm": arm, "seconds": seconds, "run_epochs": epochs}


def test_an_epoch_s_cost_is_measured_over_all_blocks_of_an_arm(material):
    runs = (
        facts("lstm_forward", 2.0, 1000),
        facts("lstm_forward", 4.0, 2000),
        facts("lstm_backward", 8.0, 2000),
    )
    given = material(small(), runs=runs)
    table = cost(given).set_index("arm")
    assert table.loc["lstm_forward", "milliseconds"] == pytest.approx(2.0)
    assert table.loc["lstm_backward", "milliseconds"] == pytest.approx(4.0)
    assert table.loc["lstm_backward", "relative"] == pytest.approx(2.0)
    (view,) = views(given)
    assert [head.text for head in view.heads] == [
        "Arm", "Parameters", "Milliseconds for an epoch of a run", "Of the cheapest",
    ]  # fmt: skip
    assert view.rows[-1][2].text == "–"


def test_without_facts_nothing_is_said_of_cost(material):
    assert views(material(small())) == ()


def test_every_run_that_diverged_is_named_up_to_a_cap(material):
    said = " ".join(notes(material(small(diverged=2, diverged_at=100))))
    assert "Diverged: lstm_backward_aligned seed 0 at epoch 105" in said
    late = " ".join(notes(material(small(censored=0.0, diverged=1, diverged_at=395))))
    assert "seed 0 at epoch 400 after it had reached." in late
    many = made_up.results(arms=2, seeds=40, budget=400, diverged=40, diverged_at=100)
    assert " and 20 more." in " ".join(notes(material(many)))


def test_a_second_training_is_reported_as_it_came_out(material):
    canary = {
        "arm": "lstm_forward",
        "seeds": [0],
        "epochs": 400,
        "identical": True,
        "largest_deviation": 0.0,
    }
    said = " ".join(notes(material(small(), canary=canary)))
    assert "1 run of lstm_forward, trained a second time, gave bit-identical traces" in said
    other = {**canary, "identical": False, "largest_deviation": 0.25}
    assert "deviated by up to 0.25" in " ".join(notes(material(small(), canary=other)))
    part = " ".join(notes(material(small(), canary={**canary, "epochs": 100})))
    assert "trained a second time for 100 epochs, gave bit-identical traces" in part
    assert "no block was trained twice" in " ".join(notes(material(small())))
    assert "Determinism" not in " ".join(notes(material(small(imported=True))))
