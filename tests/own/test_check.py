"""Own files are checked before any training: each failure is one line of the user's file."""

import json

import pytest
from keras.src.losses import ALL_OBJECTS_DICT
from numpy import zeros

from thresher import losses, models, own
from thresher.canonical import canonical
from thresher.declarations import TaskDeclaration
from thresher.training.contract import task_problems
from thresher.training.own_check import check_own, run_check

GRU, PARITY = "my_models.py:gru", "my_task.py:ParityTask"
SIX = {"timesteps": 6}


def specification(model=GRU, task=PARITY, *, arm="", of_model=None, of_task=None):
    options = {"units": 3, "reset": "after"} if model == GRU and of_model is None else of_model
    return canonical(
        {
            "arm": arm or model,
            "model": {"name": model, "options": options or {}},
            "task": {"name": task, "options": of_task or {}},
            "training": {"loss": "binary_crossentropy"},
        }
    )


def test_what_is_right_passes_and_its_parameters_are_counted(folder, tmp_path):
    task = {"timesteps": 4}
    defaults = {name: option.default for name, option in models.load("lstm").options.items()}
    given = [
        specification(arm="small", of_task=task),
        specification(arm="large", of_model={"units": 5, "reset": "before"}, of_task=task),
        specification(
            "my_models.py:dense", arm="d", of_model={"width": 2, "rate": 0.5}, of_task=task
        ),
        specification("lstm", arm="ours", of_model={**defaults, "units": 3}, of_task=task),
    ]
    found = check_own(given, folder)
    assert found["parameters"] == {
        "small": 3 * 3 * (1 + 3 + 2) + 4,
        "large": 3 * 5 * (1 + 5 + 1) + 6,
        "d": 4 + 3,
        "ours": 4 * 3 * (1 + 3 + 1) + 4,
    }
    assert found["baseline"] == 0.6931
    run_check(given[0], str(tmp_path / "check.json"), str(folder))
    written = json.loads((tmp_path / "check.json").read_text())
    assert written == {"parameters": {"small": found["parameters"]["small"]}, "baseline": 0.6931}


K = "import keras\n\n\n"
DRAW = "import numpy as np\nloss = 'binary_crossentropy'\n\n\ndef draw(generator, n):\n    "
DATA = "import numpy as np\nloss = 'binary_crossentropy'\n\n\ndef data():\n    "
BROKEN_MODELS = {
    "not importable": ("import kears\ndef net(inputs, head): ...", "line 1: ModuleNotFoundError"),
    "no such name": ("def nett(inputs, head): ...", "has no function net; did you mean nett?"),
    "signature": ("def net(x): ...", "line 1: net must begin with inputs, head, but its arguments"),
    "an exception": (
        K + "def net(inputs, head):\n    return keras.layers.LSTM(-1)\n",
        "line 5: ValueError: Received an invalid value for argument `units`",
    ),
    "no model": (
        K + "def net(inputs, head):\n    return 3\n",
        "line 4: net(): must return a keras.Model, but returned int; return one",
    ),
    "shapes": (
        K + "def net(inputs, head):\n"
        "    return keras.Sequential([keras.Input(inputs), keras.layers.Dense(2, 'sigmoid')])\n",
        "line 4: net(): its output for 8 examples has shape (8, 6, 2), but the task needs "
        "(8, 6, 1): 1 number at each timestep",
    ),
    "no trainable parameters": (
        K + "def net(inputs, head):\n"
        "    return keras.Sequential([keras.Input(inputs), keras.layers.Dropout(0.5)])\n",
        "line 4: net(): model sequential",
    ),
    "loss not finite": (
        K + "def net(inputs, head):\n"
        "    x = keras.Input(inputs)\n"
        "    h = keras.layers.Dense(1)(x)\n"
        "    return keras.Model(x, keras.ops.log(-keras.ops.square(h) - 1))\n",
        "line 4: net(): binary_crossentropy is nan on a first batch, which is not finite",
    ),
    "chance that no seed decides": (
        K + "class Noise(keras.layers.Layer):\n"
        "    def call(self, x):\n"
        "        import tensorflow as tf\n"
        "        return x + tf.random.normal(tf.shape(x))\n\n\n"
        "def net(inputs, head):\n"
        "    layers = [keras.Input(inputs), Noise(), keras.layers.Dense(1, 'sigmoid')]\n"
        "    return keras.Sequential(layers)\n",
        "line 10: net(): the model's operation",
    ),
}
BROKEN_TASKS = {
    "dtype": (DRAW + "return np.full((n, 2), 'a'), np.zeros(n)", "line 5: x of draw has dtype <U1"),
    "no pair": (DRAW + "return np.zeros((n, 2))", "line 5: draw must return (x, y), but returned"),
    "another number": (
        DRAW + "return np.zeros((3, 2)), np.zeros(3)",
        "line 5: draw was asked for 1 examples, but x has shape (3, 2)",
    ),
    "another shape": (
        DRAW + "return generator.random((n, n)), np.zeros(n)",
        "line 5: x of draw has shape (5, 5), but (5, 1) was expected for 5 examples",
    ),
    "a sampler that draws by itself": (
        DRAW + "return np.random.rand(n, 2), np.zeros(n)",
        "line 5: draw gives other examples from the same generator; take every random number",
    ),
    "a sampler that keeps count": (
        "import numpy as np\n\n\nclass T:\n    loss = 'huber'\n    calls = 0\n\n"
        "    def draw(self, generator, n):\n        self.calls += 1\n"
        "        return generator.random((n, 2)) + self.calls, np.zeros(n)\n",
        "line 8: draw gives other examples from the same generator",
    ),
    "a sampler that ignores the generator": (
        DRAW + "return np.zeros((n, 2)), np.zeros(n)",
        "line 5: draw gives the same examples whatever the generator",
    ),
    "not finite": (
        DRAW + "return np.log(-generator.random((n, 2))), np.zeros(n)",
        "line 5: x of draw holds values that are not finite",
    ),
    "labels that the loss does not take": (
        DRAW + "return generator.random((n, 2)), np.full(n, 2)",
        "line 5: binary_crossentropy needs labels from 0 to 1, but one is 2",
    ),
    "an unknown loss": (
        "loss = 'binary_crossentropie'\ndef draw(generator, n):\n"
        "    return generator.random((n, 2)), [1] * n\n",
        "line 1: Keras knows no loss binary_crossentropie; did you mean binary_crossentropy?",
    ),
    "a loss that lanes can't have": (
        "loss = 'ctc'\ndef draw(generator, n):\n    return generator.random((n, 2)), [1] * n\n",
        "line 1: loss can't be ctc: TensorFlow can't take its loop over timesteps for all lanes at",
    ),
    "a loss by its class": (
        "loss = 'Huber'\ndef draw(generator, n):\n    return generator.random((n, 2)), [1] * n\n",
        "line 1: loss must be a function of Keras, but was Huber; write huber",
    ),
    "data of other lengths": (
        DATA + "return np.zeros((4, 2)), [1, 0]",
        "line 5: data has 4 inputs and 2 labels; return one label an input",
    ),
    "data that are not finite": (
        DATA + "return np.full((4, 2), np.inf), [1, 0] * 2",
        "line 5: x of data is not finite in example 0; leave it out",
    ),
    "data without labels": (
        DATA + "return np.zeros((4, 2))",
        "line 5: data must return (x, y), or that twice, for training and held-out examples, but",
    ),
    "parts of other shapes": (
        DATA + "return (np.zeros((4, 2)), [1] * 4), (np.zeros((4, 3)), [1] * 4)",
        "line 5: data has training and held-out examples of different shapes; make one",
    ),
    "an exception": (
        DRAW + "return generator.rand(n), 0",
        "line 6: AttributeError: 'numpy.random._generator.Generator' object has no attribute",
    ),
}


def lines(folder, *given):
    with pytest.raises(own.OwnError) as error:
        check_own(given, folder)
    return error.value.problems


@pytest.mark.parametrize(("text", "line"), BROKEN_MODELS.values(), ids=BROKEN_MODELS)
@pytest.mark.filterwarnings("ignore:invalid value encountered")
def test_a_broken_model_is_one_line(folder, text, line):
    (folder / "m.py").write_text(text)
    (found,) = lines(folder, specification("m.py:net", of_task=SIX))
    assert found.startswith(("m.py, " if line.startswith("line") else "m.py: ") + line)
    assert "\n" not in found


@pytest.mark.parametrize(("text", "line"), BROKEN_TASKS.values(), ids=BROKEN_TASKS)
@pytest.mark.filterwarnings("ignore:invalid value encountered")
def test_a_broken_task_is_one_line(folder, text, line):
    (folder / "t.py").write_text(text)
    name = "t.py:T" if "class T" in text else "t.py"
    given = specification("my_models.py:dense", name, of_model={"width": 2})
    if "loss =" in text:  # a study takes it from the file
        given = given.replace("binary_crossentropy", text.split("'")[1])
    found = lines(folder, given)
    assert [problem for problem in found if problem.startswith(f"t.py, {line}")], found
    assert len(found) == 1


@pytest.mark.parametrize("name", sorted(ALL_OBJECTS_DICT))
def test_every_name_of_a_loss_is_taken_or_refused_in_one_line(name):
    def draw(generator, options, n):
        return generator.random((n, 2), "float32"), zeros((n, 1), "float32")

    function = losses.ALIASES.get(name, name)
    task = TaskDeclaration(
        options={},
        loss=name,
        inputs=lambda options: (2,),
        outputs=lambda options: (1,),
        draw=draw,
        held_out=draw,
    )
    found = [each.text for each in task_problems(task, {}) if each.part == "loss"]
    if function in losses.LOSSES and losses.LOSSES[function].kind not in ("class", None):
        assert not found
    elif function in losses.LOSSES:  # the task has to say how its outputs are read
        (line,) = found
        assert "declare" in line
    else:
        (line,) = found
        assert line.startswith(
            ("loss can't be ", "loss must be a function of Keras", "Keras knows no loss")
        )
        assert "\n" not in line


EMBEDDED = """import numpy as np

from thresher.declarations import Head

loss = "circle"


def draw(generator, n):
    y = generator.integers(0, 2, (n, 1))
    return generator.random((n, 3)) + y, y


def head():
    return Head(2, "linear", per_timestep=False)


def decode(outputs):
    return outputs[:, :1]


def expected(y):
    return y


def score(decoded, expected):
    return (decoded > 0) != (expected > 0)
"""
EMBEDDING = """import keras


def net(inputs, head):
    layers = [keras.Input(inputs), keras.layers.Flatten(), keras.layers.Dense(head.units)]
    return keras.Sequential([*layers, keras.layers.UnitNormalization()])
"""


def test_a_task_that_says_how_outputs_are_read_may_have_a_loss_of_pairs(folder):
    (folder / "t.py").write_text(EMBEDDED)
    (folder / "m.py").write_text(EMBEDDING)
    given = specification("m.py:net", "t.py").replace("binary_crossentropy", "circle")
    assert check_own([given], folder)["parameters"] == {"m.py:net": 3 * 2 + 2}


def test_an_unknown_option_has_the_nearest(folder):
    (found,) = lines(folder, specification(of_model={"unit": 3}, of_task=SIX))
    assert found == "my_models.py, line 9: gru has no option unit; did you mean units?"


def test_all_that_is_wrong_is_said_at_once_and_a_broken_file_once(folder):
    (folder / "m.py").write_text("def net(inputs, head, k=1):\n    return k\n")
    found = lines(
        folder,
        *(specification("m.py:net", of_model={"k": k}, of_task=SIX) for k in (1, 2)),
        *(specification(f"gone.py:{name}", of_task=SIX) for name in "ab"),
    )
    assert found == (
        "gone.py: no such file beside the study; there are blocks.py, m.py, my_models.py, "
        "my_task.py",
        "m.py, line 1: net(k=1): must return a keras.Model, but returned int; return one",
        "m.py, line 1: net(k=2): must return a keras.Model, but returned int; return one",
    )


def matched(model, match, **options):
    """A specification whose model has an option that is chosen by building."""
    job = json.loads(specification(model, of_model=options, of_task=SIX))
    whole = {"smallest": 1, "largest": 4096, "parameters": None, "model": "", "model_options": {}}
    return canonical({**job, "model": {**job["model"], "match": {**whole, **match}}})


def test_an_own_model_s_option_is_matched_by_building_it(folder):
    target = {"option": "units", "model": GRU, "model_options": {"units": 5, "reset": "after"}}
    lstm = {name: option.default for name, option in models.load("lstm").options.items()}
    del lstm["units"]
    given = [
        matched(GRU, {"option": "units", "parameters": 100}, reset="before"),
        matched("lstm", target, **lstm),
    ]
    found = check_own(given, folder)["parameters"]
    # 3 u (u + 2) + u + 1 parameters: 76 for 4 units, 111 for 5.
    # 4 u (u + 2) + u + 1 of an LSTM: 101 for 4 units, 146 for 5; 126 are wanted.
    assert found == {GRU: 111, "lstm": 146}


def test_an_option_that_parameters_do_not_grow_with_can_t_be_matched(folder):
    text = "import keras\n\n\ndef net(inputs, head, times: int):\n    k = keras.layers\n"
    stack = "[keras.Input(inputs), k.Dense(head.units, head.activation)]"
    (folder / "m.py").write_text(text + f"    return keras.Sequential({stack})\n")
    (found,) = lines(folder, matched("m.py:net", {"option": "times", "parameters": 9}))
    assert found == (
        "m.py: match_parameters needs an option that parameters grow with, but they are 2 at 2048 "
        "and 2 at 4096; match by another option"
    )
