"""What can be discovered, and what a declaration promises."""

from dataclasses import FrozenInstanceError
from pathlib import Path

import pytest

from thresher import models, tasks
from thresher.declarations import Option, names
from thresher.optimizers import OPTIMIZERS, SCHEDULES
from thresher.study import wording

PACKAGE = Path(__file__).parents[1] / "src" / "thresher"
DECLARED = [
    *((f"task {name}", tasks.load(name).options) for name in tasks.NAMES),
    *((f"model {name}", models.load(name).options) for name in models.NAMES),
    *((f"optimizer {name}", declared.options) for name, declared in OPTIMIZERS.items()),
    *((f"schedule {name}", declared.required) for name, declared in SCHEDULES.items()),
    *((f"schedule {name}, optional", declared.optional) for name, declared in SCHEDULES.items()),
]


def test_a_file_dropped_into_the_folder_is_found(tmp_path):
    for file in ("later.py", "early.py", "_private.py", "__init__.py", "notes.txt"):
        (tmp_path / file).touch()
    assert names(tmp_path) == ("early", "later")


@pytest.mark.parametrize(("kind", "known"), [("tasks", tasks.NAMES), ("models", models.NAMES)])
def test_every_task_and_model_file_is_discovered(kind, known):
    files = {path.stem for path in (PACKAGE / kind).glob("*.py")}
    assert set(known) == {name for name in files if not name.startswith("_")}


@pytest.mark.parametrize(("name", "options"), DECLARED, ids=[name for name, _ in DECLARED])
def test_every_default_is_allowed_by_its_own_bounds(name, options):
    for key, option in options.items():
        assert option.type in {bool, int, float, str}
        assert option.help.endswith(".")
        if option.default is not None:
            assert wording.option((name, key), option.default, option) is None


@pytest.mark.parametrize(
    ("option", "right", "wrong"),
    [
        (Option(int, 3, minimum=1, maximum=5), [1, 5], [0, 6, 1.0, True, "3", None, 2**64]),
        (Option(float, 0.5, above=0, below=1), [0.5, 1e-9], [0, 1, -1, float("nan"), "x", False]),
        (Option(float, minimum=0), [0, 7, 1.5], [-1e-9, float("inf")]),
        (Option(bool, True), [True, False], [1, 0, "true", None]),
        (Option(str, "a", choices=("a", "b")), ["a", "b"], ["c", "", 3, None]),
        (Option(str), ["anything"], [3, True]),
    ],
)
def test_a_value_is_checked_against_type_bounds_and_choices(option, right, wrong):
    for value in right:
        assert wording.option(("key",), value, option) is None
    for value in wrong:
        line = str(wording.option(("key",), value, option))
        assert line.startswith("key must be ")
        assert wording.show(value) in line


def test_a_declaration_cannot_be_changed():
    with pytest.raises(FrozenInstanceError):
        Option(int).default = 3
