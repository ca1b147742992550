"""Options of own models and tasks, read from the text of a file that is never run."""

import pytest

from thresher import own
from thresher.declarations import DATA_OPTIONS, Option


def test_options_are_the_arguments_with_their_annotations_and_defaults(folder):
    found = own.outline_model("my_models.py:dense", folder).options
    assert found == {"width": Option(int, 4), "rate": Option(float, 0.0)}
    assert type(found["rate"].default) is float


def test_bounds_help_and_words_come_from_options_and_literal(folder):
    found = own.outline_model("my_models.py:gru", folder).options
    assert found["units"] == Option(
        int, 8, "units", minimum=1, maximum=64, help="Units of the layer."
    )
    assert found["reset"] == Option(str, "after", choices=("before", "after"))


def test_a_task_says_its_options_loss_and_baseline(folder):
    found = own.outline_task("my_task.py:ParityTask", folder)
    assert found.options == {"timesteps": Option(int, 6)}
    assert (found.loss, found.baseline, found.data) == ("binary_crossentropy", 0.6931, False)


@pytest.mark.parametrize(
    "text",
    [
        "from dataclasses import dataclass\n@dataclass\nclass T:\n"
        "    timesteps: int = 6\n    loss = 'huber'\n    def draw(self, generator, n): ...\n",
        "class Base:\n    loss = 'huber'\n    def __init__(self, timesteps: int = 6): ...\n"
        "class T(Base):\n    def draw(self, generator, n): ...\n",
        "loss = 'huber'\ndef draw(generator, n, timesteps: 'int' = 6): ...\n",
        "from thresher.declarations import *\nL = 6\nO = {'timesteps': Option(int, 6)}\n"
        "T = TaskDeclaration(options=O, loss='huber')\n",
    ],
    ids=["dataclass", "inherited", "functions", "declaration"],
)
def test_a_task_may_be_written_in_four_ways(tmp_path, text):
    (tmp_path / "t.py").write_text(text)
    name = "t.py:T" if "T" in text else "t.py"
    found = own.outline_task(name, tmp_path)
    assert found.options == {"timesteps": Option(int, 6)}
    assert found.loss == "huber"


def test_a_data_set_has_options_of_its_own_and_those_of_every_one(tmp_path):
    text = "loss = 'huber'\nfiles = 'x.npz'\ndef data(scale: float = 1.0): ...\n"
    (tmp_path / "t.py").write_text(text)
    found = own.outline_task("t.py", tmp_path)
    assert (found.data, found.files) == (True, ("x.npz",))
    assert found.options == {"scale": Option(float, 1.0), **DATA_OPTIONS}


def test_reading_runs_nothing(tmp_path):
    text = "raise SystemExit\ndef net(inputs, head, units: int): ...\n"
    (tmp_path / "m.py").write_text(text)
    assert own.outline_model("m.py:net", tmp_path).options == {"units": Option(int)}


def test_our_own_models_can_be_copied_as_they_are(tmp_path):
    from thresher.models import lstm

    with open(lstm.__file__) as file:
        (tmp_path / "mine.py").write_text(file.read())
    assert own.outline_model("mine.py:MODEL", tmp_path).options == lstm.MODEL.options


MODEL = "import keras\n\n\n"
BROKEN = {
    "no such file": (None, "other.py:net", "other.py: no such file beside the study; "),
    "no such name": (
        "def gru(inputs, head): ...",
        "m.py:gur",
        "m.py: has no function gur; did you mean gru?",
    ),
    "no name": ("def gru(inputs, head): ...", "m.py", "m.py: which function? Name one: m.py:gru"),
    "not Python": ("def net(inputs:\n", "m.py:net", "m.py, line 1: is not valid Python: "),
    "signature": (
        "\ndef net(x, units=3): ...",
        "m.py:net",
        "m.py, line 2: net must begin with inputs, head, but its arguments are (x, units); "
        "write def net(inputs, head, …)",
    ),
    "any options": (
        "def net(inputs, head, **more): ...",
        "m.py:net",
        "m.py, line 1: net takes **more; name each option, with its default",
    ),
    "an option of nothing": (
        "def net(inputs, head,\n        units): ...",
        "m.py:net",
        "m.py, line 2: option units has neither annotation nor default; write units: int = 1",
    ),
    "a default that is no value": (
        "def net(inputs, head, units=None): ...",
        "m.py:net",
        "m.py, line 1: option units has the default None, but an option is a number",
    ),
    "an annotation that is no value": (
        "def net(inputs, head, units: list = 3): ...",
        "m.py:net",
        "m.py, line 1: option units is annotated list, but an option is a bool, int, float, str",
    ),
    "a default of another kind": (
        "def net(inputs, head, units: int = 0.5): ...",
        "m.py:net",
        "m.py, line 1: option units is a int, but its default is 0.5; change one",
    ),
    "a name that stands for something else": (
        "def net(inputs, head, seed=3): ...",
        "m.py:net",
        "m.py, line 1: option seed: studies call something else so; rename it",
    ),
    "a class as a model": ("class Net: ...", "m.py:Net", "m.py, line 1: Net is no function"),
    "a value as a model": ("net = 3", "m.py:net", "m.py, line 1: net is neither a function"),
    "options of another kind": (
        "OPTIONS = {'units': Option(float)}\ndef net(inputs, head, units=3): ...",
        "m.py:net",
        "m.py, line 1: OPTIONS says that units is a float, but the argument is a int",
    ),
    "bounds that are computed": (
        "OPTIONS = {'units': Option(int, maximum=8 * 8)}\ndef net(inputs, head, units=3): ...",
        "m.py:net",
        "m.py, line 1: option units has maximum, which is not a plain value; write it out",
    ),
}


@pytest.mark.parametrize(("text", "name", "line"), BROKEN.values(), ids=BROKEN)
def test_a_broken_model_is_one_line_with_file_line_and_remedy(tmp_path, text, name, line):
    if text is not None:
        (tmp_path / "m.py").write_text(text)
    with pytest.raises(own.OwnError) as error:
        own.outline_model(name, tmp_path)
    assert str(error.value).startswith(line)
    assert "\n" not in str(error.value)


TASKS = {
    "no loss": (
        "class T:\n    def draw(self, generator, n): ...",
        't.py, line 1: class T has no loss; add loss = "binary_crossentropy" or such',
    ),
    "a loss that is computed": (
        "class T:\n    loss = str()\n    def draw(self, generator, n): ...",
        "t.py, line 2: loss must be a word, written out; write it so",
    ),
    "nothing to draw": (
        "class T:\n    loss = 'huber'",
        "t.py, line 1: class T has neither draw nor data; define draw(generator, n), or data()",
    ),
    "options of draw": (
        "class T:\n    loss = 'huber'\n    def draw(self, generator, n, size): ...",
        "t.py, line 3: draw asks for size, which nobody gives it; options are arguments of",
    ),
    "a signature": (
        "class T:\n    loss = 'huber'\n    def draw(self, n): ...",
        "t.py, line 3: draw must begin with generator, n, but its arguments are (self, n)",
    ),
    "an option that every data set has": (
        "class T:\n    loss = 'huber'\n    def __init__(self, split=1): ...\n"
        "    def data(self): ...",
        "t.py, line 4: option split is one that every data set has; call it otherwise",
    ),
    "a class of itself": ("class T(T): ...", "t.py, line 1: class T has neither draw nor data"),
}


@pytest.mark.parametrize(("text", "line"), TASKS.values(), ids=TASKS)
def test_a_broken_task_is_one_line_with_file_line_and_remedy(tmp_path, text, line):
    (tmp_path / "t.py").write_text(text)
    with pytest.raises(own.OwnError) as error:
        own.outline_task("t.py:T", tmp_path)
    assert str(error.value).startswith(line)
