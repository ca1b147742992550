"""A command's template is split first and filled afterwards: no value is ever split or expanded."""

import pytest

from thresher import command

OPTIONS = {"lr": 0.001, "name": "a b; rm -rf $HOME `x` 'q' \"d\" {seed} *", "flag": True}


def filled(template, left_out=(), **values):
    return command.fill(command.split(template), {**OPTIONS, "seed": 3, **values}, left_out)


def test_a_value_is_one_argument_whatever_it_holds():
    assert filled("prog --name {name} --lr={lr} {flag} {seed}") == [
        *("prog", "--name", OPTIONS["name"], "--lr=0.001", "true", "3")
    ]


def test_quotes_of_the_template_hold_words_together_and_doubled_braces_are_text():
    assert filled("""sh -c 'echo "{seed}" {{seed}} ${HOME} {"a": 1}'""") == [
        *("sh", "-c", 'echo "3" {seed} ${HOME} {"a": 1}')
    ]


@pytest.mark.parametrize(
    ("template", "expected"),
    [
        ("prog --size {size} --lr {lr}", ["prog", "--lr", "0.001"]),
        ("prog -s {size} {seed}", ["prog", "3"]),
        ("prog --size={size} model.size={size}", ["prog"]),
    ],
)
def test_an_option_that_only_other_arms_set_is_left_out_with_its_flag(template, expected):
    assert filled(template, ["size"]) == expected


@pytest.mark.parametrize("template", ["prog {size}", "prog --to x{size}", "prog {seed} {size}"])
def test_an_option_that_can_t_be_left_out_is_an_error(template):
    with pytest.raises(command.CommandError, match=r"has no value for {size} in .*; set size in"):
        filled(template, ["size"])


PROBLEMS = {
    "python a.py --lr {lr} --seed {sed} {seed} {trace}": (
        "has the placeholder {sed}, which is unknown; did you mean {seed}?"
    ),
    "python a.py --lr {lr} {seed} {trace} {nothing}": (
        "has the placeholder {nothing}, which is unknown; known are {seed}, {trace}, {out}, "
        "{budget}, {python}, {lr}"
    ),
    "python a.py {lr} {trace}": "has no {seed}, so all runs of an arm would be the same; add it",
    "python a.py {lr} {seed}": "has no {trace}, so the program can't know where to write; add it",
    "python a.py {seed} {trace}": "has no {lr}, though variants set lr; add --lr {lr}",
    "python 'a.py {lr}": "is not a command: no closing quotation; close it",
    "  ": "is empty; write a program and its arguments",
}


@pytest.mark.parametrize(("template", "problem"), PROBLEMS.items())
def test_what_is_wrong_with_a_command_is_one_line(template, problem):
    (found,) = command.problems(template, ["lr"], {})
    assert found.startswith(problem)


def test_a_right_command_has_no_problem_and_the_environment_may_carry_what_it_needs():
    assert not list(command.problems("prog {lr} --dir {out}", ["lr"], {"SEED": "{seed}"}))
    (found,) = command.problems("prog {out} {seed}", ["out"], {})
    assert found.startswith("fills {out} in by itself, so no variant may set out; rename")
