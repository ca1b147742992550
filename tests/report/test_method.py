"""How it was done, as the page says it: only what is true of this study."""

import shlex
from dataclasses import replace

import pytest
import yaml

import drawn
import made_up
from thresher import analyses
from thresher.metric import Axis
from thresher.report.method import fixed, method, used
from thresher.study.fixing import keys


def small(**case):
    return made_up.results(**{"arms": 3, "seeds": 8, "budget": 400, **case})


def blocks(given) -> dict[str, str]:
    """Return what stands under each heading."""
    return {
        block.title: " ".join(filter(None, [*block.texts, *block.items, block.code]))
        for block in method(given).blocks
    }


def test_the_endpoint_is_the_default_study_s(material):
    training = made_up.usual().study.training
    assert training is not None
    assert blocks(material())["Endpoint"].startswith(
        "Epochs to threshold: the first of 3 consecutive evaluations with a held-out loss at or "
        "below 0.239 nats (from the position baseline). Each seed has its own held-out set of "
        f"{training.evaluation_size:,} sequences, shared by all arms; evaluated every 5 epochs, at "
        "epoch 0 too. A run that does not get there within 1,000 epochs is censored there. The "
        "position baseline of this task "
        "is 0.239 nats"
    )


def test_the_endpoint_of_a_rising_metric(material):
    said = blocks(material(small(metric="eval_accuracy", threshold=0.9)))["Endpoint"]
    assert "with a held-out accuracy at or above 0.9 (from the study file)" in said
    assert "position baseline" not in said


def test_a_shared_held_out_set_and_a_trailing_mean_are_said(material):
    given = small()
    training = replace(given.study.training, evaluation="shared", evaluation_size=64)
    study = replace(given.study, training=training)
    study = replace(study, endpoint=replace(study.endpoint, smooth=50, sustain=1))
    said = blocks(material(replace(given, study=study)))["Endpoint"]
    assert "one fixed held-out set of 64 sequences, the same for every arm and seed" in said
    assert "holds on this held-out set" in said
    assert "the first evaluation, each taken as its trailing mean over 50 epochs, with" in said


def test_runs_made_elsewhere_are_not_described_as_trained_here(material):
    said = blocks(material(small(imported=True, axis=Axis("step", "steps"))))
    assert "Training" not in said
    assert said["Runs"].startswith("24 runs of 3 arms, 8 an arm, were made elsewhere")
    text = " ".join(said.values())
    for word in ("held-out set", "initial weights", "batches", "learning rate", "epoch"):
        assert word not in text
    assert "whether its plan was fixed before they were looked at is not recorded" in text


def test_how_far_runs_are_followed_is_said_where_it_is_not_the_budget(material):
    results = drawn.results_of("unequal lengths")
    said = blocks(material(results))["Endpoint"]
    assert f"runs followed to their own end, up to {results.longest:,.0f} steps" in said
    assert "Restricted means up to the common budget" in said
    assert "followed" not in blocks(material(small()))["Endpoint"]


def test_assumptions_stand_where_they_are_used(material):
    said = blocks(material(small()))["Analysis plan"]
    assert "takes the paired differences less their centre as symmetric" in said
    assert "a scale model" in said
    unpaired = blocks(material(small(pairing="none")))["Analysis plan"]
    assert "differ by a shift" in unpaired
    assert "sign-flip" not in unpaired


def test_both_families_and_the_simultaneous_intervals_are_stated(material):
    said = blocks(material(small()))["Analysis plan"]
    assert "P-values are adjusted by Shaffer’s procedure over the 2 contrasts" in said
    assert "hold together: all of them cover the truth with 95 % confidence" in said
    assert "All pairs are a second family, adjusted by itself and exploratory" in said
    one = blocks(material(small(arms=2)))["Analysis plan"]
    assert "second family" not in one
    assert "Simultaneous" not in one


def test_departures_from_the_plan_are_listed(material):
    assert (
        "pairing is data (plan: data+weights)"
        in blocks(material(small(pairing="data")))["Analysis plan"]
    )
    plan = replace(small().study.analysis, flips=99_999)
    usual = blocks(material(small(analysis=plan)))["Analysis plan"]
    assert usual.endswith("departs from the default plan in nothing.")


def test_whether_the_plan_was_fixed_is_said_as_it_is(material):
    results = small()
    first = {"finished": "2026-11-24T09:00:00", "plan": keys(results.study)}
    later = replace(results.study, analysis=replace(results.study.analysis, alpha=0.1))
    second = {"finished": "2026-11-25T09:00:00", "plan": keys(later)}
    assert fixed(material(results, runs=(first,))) == "The plan was fixed before training began."
    changed = material(replace(results, study=later), runs=(second, first))
    assert fixed(changed) == (
        "The plan was changed after training had begun: analysis.alpha 0.05 → 0.1."
    )
    unknown = "Whether the plan was fixed before training began is not recorded."
    assert fixed(material(results)) == unknown
    assert fixed(material(results, runs=({"finished": "2026"},))) == unknown


@pytest.mark.parametrize("path", ["my studies/x.yaml", "it's.yaml", "a$b;c.yaml"])
def test_the_command_to_do_it_again_can_be_pasted(material, path):
    code = blocks(material(small(path=path)))["Do it again"].splitlines()[-1]
    command = shlex.split(code[code.index(".venv") :])
    # Snakemake reads what is behind the sign as YAML.
    assert yaml.safe_load(command[-1].removeprefix("study=")) in (path, [path])
    assert command[-2] == "--config"


def test_the_methods_that_were_used_are_to_be_cited():
    paired = {source.method for source in used(small())}
    assert {"Sign-flip test", "Kaplan–Meier curves", "Two one-sided tests of equivalence"} <= paired
    unpaired = {source.method for source in used(small(pairing="none"))}
    assert "Sign-flip test" not in unpaired
    assert "Studentised permutation test" in unpaired
    alone = {source.method for source in used(small(arms=1))}
    assert "Two one-sided tests of equivalence" not in alone
    few = {source.method for source in used(small(seeds=4))}
    assert "Simultaneous (sup-t) bands" not in few


@pytest.mark.parametrize("name", analyses.NAMES)
def test_every_source_has_a_year(name):
    for source in analyses.load(name).cited(made_up.usual()):
        assert any(str(year) in source.reference for year in range(1900, 2030))
