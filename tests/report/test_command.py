"""A report on runs of a program names it, and never says that they were trained here."""

from dataclasses import replace

import pandas as pd

from made_up import study
from thresher.report.making import command
from thresher.report.material import Material
from thresher.report.method import fixed
from thresher.results import Results
from thresher.study.fixing import keys
from thresher.study.plan import CommandSource

SOURCE = CommandSource("prog --seed {seed} {trace}", environment={"MODE": "a"}, code=("x.py",))


def commanded():
    made = study(arms=2)
    arms = tuple(replace(arm, model="", model_options={"lr": 0.5}) for arm in made.arms)
    return replace(made, arms=arms, task=None, training=None, command=SOURCE)


def test_the_program_its_options_and_its_code_are_named():
    made = commanded()
    block = command(made, SOURCE)
    assert block.texts[0].endswith("started once for each arm and seed: prog --seed {seed} {trace}")
    assert block.texts[2:] == ("Environment: MODE=a.", "Its code: x.py.")
    assert block.items == tuple(f"{made.label(arm.label)} (lr 0.5)" for arm in made.arms)


def test_a_plan_may_be_fixed_before_the_first_run():
    made = commanded()
    results = Results(made, {}, pd.DataFrame())
    material = Material(results, {}, runs=({"finished": "2026", "plan": keys(made)},))
    assert fixed(material) == "The plan was fixed before the first run began."
