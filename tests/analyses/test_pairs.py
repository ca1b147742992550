"""All pairs are an exploratory table: left out where they are too many to be read."""

from dataclasses import replace

import made_up
from thresher import analyses
from thresher.analyses import contrasts
from thresher.stages import analyse


def test_too_many_pairs_are_left_out_and_said(monkeypatch):
    results = made_up.results(arms=3, seeds=6)
    assert len(results.table("pairs")) == 3
    monkeypatch.setattr(contrasts, "MOST_PAIRS", 2)
    found = analyse("contrasts", {"events": results.table("events")}, results.study)
    assert found["pairs"].empty
    assert len(found["contrasts"]) == 2
    results = replace(results, tables={**results.tables, "pairs": found["pairs"]})
    said = [text for _, text in analyses.load("contrasts").notes(results)]
    assert any("All pairs of 3 arms are more than 2 and are left out" in text for text in said)


def test_without_a_reference_all_pairs_are_the_family(monkeypatch):
    monkeypatch.setattr(contrasts, "MOST_PAIRS", 2)
    results = made_up.results(arms=3, seeds=6, reference=None)
    assert results.table("pairs").equals(results.table("contrasts"))
