"""Own files are run by path: with their own imports, nothing kept, exceptions shown as theirs."""

import sys

import numpy as np
import pytest

from thresher import own
from thresher.declarations import Head
from thresher.own.adapting import output_shape

HEAD = Head(1, "sigmoid", per_timestep=True)


def test_a_model_gets_its_options_and_a_head_or_a_shape(folder):
    for name, options, count in (
        ("gru", {"units": 3, "reset": "after"}, 3 * 3 * (1 + 3 + 2) + 4),
        ("dense", {"width": 5, "rate": 0.0}, 10 + 6),
    ):
        declared = own.load_model(f"my_models.py:{name}", folder)
        built = declared.build(options, (6, 1), HEAD)
        assert built.output_shape == (None, 6, 1)
        assert built.count_params() == count
        assert declared.parameters is None


def test_a_task_draws_float32_of_the_shapes_that_it_has(folder):
    task = own.load_task("my_task.py:ParityTask", folder)
    x, y = task.draw(np.random.default_rng(0), {"timesteps": 4}, 10)
    assert x.dtype == y.dtype == np.float32
    assert task.inputs({"timesteps": 4}) == task.outputs({"timesteps": 4}) == (4, 1)
    np.testing.assert_array_equal(y, np.cumsum(x, axis=1) % 2 == 0)
    assert task.baseline({"timesteps": 4}) == 0.6931


def test_one_label_an_example_gets_an_axis_of_its_own(tmp_path):
    text = (
        "loss = 'huber'\ndef draw(generator, n, k=2):\n    return generator.random((n, k)), [1] * n"
    )
    (tmp_path / "t.py").write_text(text)
    task = own.load_task("t.py", tmp_path)
    assert (task.inputs({"k": 3}), task.outputs({"k": 3})) == ((3,), (1,))
    assert output_shape((3,), Head(2, "softmax", per_timestep=False)) == (2,)


def test_two_folders_with_modules_of_one_name_do_not_meet(tmp_path):
    for name in "ab":
        (tmp_path / name).mkdir()
        (tmp_path / name / "helper.py").write_text(f"WORD = {name!r}\n")
        (tmp_path / name / "m.py").write_text(
            "import helper\n\n\ndef net(inputs, head):\n    import helper as late\n"
            "    return helper.WORD + late.WORD\n"
        )
    loaded = [own.load_model("m.py:net", tmp_path / name) for name in "ab"]
    assert [model.build({}, (1,), HEAD) for model in [*loaded, *loaded]] == ["aa", "bb"] * 2
    assert "helper" not in sys.modules
    assert not any(str(tmp_path) in entry for entry in sys.path)


def test_a_file_is_read_anew_even_within_a_second(tmp_path):
    (tmp_path / "m.py").write_text("import helper\ndef net(inputs, head): return helper.X\n")
    for value in (1, 2):
        (tmp_path / "helper.py").write_text(f"X = {value}\n")
        assert own.load_model("m.py:net", tmp_path).build({}, (1,), HEAD) == value
    assert not (tmp_path / "__pycache__").exists()


def test_a_module_of_the_same_name_that_was_loaded_before_stays_as_it_was(tmp_path):
    (tmp_path / "m.py").write_text("import yaml\ndef net(inputs, head): return yaml.WORD\n")
    (tmp_path / "yaml.py").write_text("WORD = 'mine'\n")
    import yaml

    assert own.load_model("m.py:net", tmp_path).build({}, (1,), HEAD) == "mine"
    assert sys.modules["yaml"] is yaml


def test_a_package_without_init_is_found(tmp_path):
    (tmp_path / "lib").mkdir()
    (tmp_path / "lib" / "words.py").write_text("WORD = 'w'\n")
    (tmp_path / "m.py").write_text(
        "from lib import words\ndef net(inputs, head): return words.WORD"
    )
    assert own.load_model("m.py:net", tmp_path).build({}, (1,), HEAD) == "w"


THEIRS = {
    "while it is imported": ("\n1 / 0\n", "m.py, line 2: ZeroDivisionError: division by zero"),
    "a module that is missing": (
        "import nowhere.deep",
        "m.py, line 1: ModuleNotFoundError: No module named 'nowhere'; install nowhere, or put "
        "nowhere.py beside the file",
    ),
    "an end of the program": ("import sys\nsys.exit(3)\n", "m.py, line 2: ends the program"),
    "in a module beside it": ("import bad\n", "bad.py, line 3: KeyError: 'x'"),
    "no Python beside it": ("import worse\n", "worse.py, line 1: is not valid Python: "),
}


@pytest.mark.parametrize(("text", "line"), THEIRS.values(), ids=THEIRS)
def test_an_exception_is_shown_as_theirs_with_its_place(tmp_path, text, line):
    (tmp_path / "bad.py").write_text("\n\n{}['x']\n")
    (tmp_path / "worse.py").write_text("def (\n")
    (tmp_path / "m.py").write_text(f"{text}\ndef net(inputs, head): ...\n")
    with pytest.raises(own.OwnError) as error:
        own.load_model("m.py:net", tmp_path)
    assert str(error.value).startswith(line)
    assert "\n" not in str(error.value)


def test_an_exception_of_build_and_of_draw_has_its_line(tmp_path):
    (tmp_path / "m.py").write_text("def net(inputs, head):\n    raise ValueError('too\\nwide')\n")
    with pytest.raises(own.OwnError, match=r"^m\.py, line 2: ValueError: too wide$"):
        own.load_model("m.py:net", tmp_path).build({}, (1,), HEAD)
    (tmp_path / "t.py").write_text("loss = 'huber'\n\n\ndef draw(generator, n):\n    return n\n")
    with pytest.raises(own.OwnError, match=r"^t\.py, line 4: draw must return \(x, y\), but"):
        own.load_task("t.py", tmp_path).inputs({})


def test_an_unknown_option_has_the_nearest(folder):
    build = own.load_model("my_models.py:gru", folder).build
    with pytest.raises(own.OwnError, match=r"^my_models\.py, line 9: gru has no option unit; did"):
        build({"unit": 3}, (6, 1), HEAD)
