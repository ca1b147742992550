"""Whatever is in a study file, `load` returns a study or says what is wrong with the file."""

import copy
import json
from pathlib import Path
from typing import Any

import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from thresher import optimizers
from thresher.study import Study, StudyError, load

QUICK = settings(
    deadline=None,
    derandomize=True,
    max_examples=300,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
CONFIG = Path(__file__).parents[2] / "config" / "studies"
STUDIES = [(CONFIG / f"{name}.yaml").read_text() for name in ("merge_modes", "smoke", "tutorial")]
WORDS = st.sampled_from(
    [
        *("baseline", "lstm", "bilstm", "sum", "concat", "reference", "all_pairs", "data", "none"),
        *(
            "bilstm concat",
            "lstm_forward",
            "model",
            "units",
            "schedule",
            "training",
            "learning_rate",
        ),
        *("optimizer", "optimizer_options", "decay_steps", "boundaries", "values", "beta_1"),
        *("match_parameters", "merge_mode", "seeds_per_job", "epochs", "lane_width", "clipnorm"),
        *(*optimizers.OPTIMIZERS, *optimizers.REFUSED, *optimizers.SCHEDULES),
        *("", " ", "a\nb", "\u2028", "../x", "é", "1e-3", ".nan", "x" * 300),
    ]
)
SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-3, 70),
    st.integers(),
    st.floats(),
    st.floats(0, 1),
    WORDS,
    st.text(max_size=8),
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(WORDS | SCALARS, inner, max_size=3),
    max_leaves=6,
)


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """List the path of everything inside a value."""
    if isinstance(value, dict):
        inside = list(value.items())
    else:
        inside = list(enumerate(value)) if isinstance(value, list) else []
    return [
        place for key, inner in inside for place in [(*path, key), *places(inner, (*path, key))]
    ]


@st.composite
def mutated(draw: st.DrawFn) -> Any:
    """A shipped study in which up to three things are replaced, removed, added or renamed."""
    content = yaml.safe_load(draw(st.sampled_from(STUDIES)))
    for _ in range(draw(st.integers(1, 3))):
        known = places(content)
        if not known:
            break
        *path, last = draw(st.sampled_from(known))
        container = content
        for part in path:
            container = container[part]
        action = draw(st.sampled_from(["replace", "replace", "remove", "add", "rename"]))
        if action == "replace":
            container[last] = draw(VALUES)
        elif action == "remove":
            del container[last]
        elif isinstance(container, list):
            container.append(draw(VALUES))
        elif action == "add":
            container[draw(WORDS)] = draw(VALUES)
        else:
            container[draw(SCALARS)] = copy.deepcopy(container[last])
    return content


def outcome(path: Path) -> str:
    """Load a study; check what came of it, and return whether it was loaded or refused."""
    try:
        study = load(path)
    except StudyError as error:
        lines = str(error).splitlines()
        assert lines
        assert len(set(lines)) == len(lines)
        for line in lines:
            assert line.startswith(f"{path}: ")
            assert len(line) > len(f"{path}: ") + 10
        return "refused"
    assert isinstance(study, Study)
    for arm in study.arms:
        assert json.loads(study.specification(arm))["arm"] == arm.label
    assert len({arm.path for arm in study.arms}) == len(study.arms) >= 1
    assert json.loads(study.document())["name"] == study.name
    assert sum(len(study.seeds_of(block)) for block in study.blocks()) == study.seeds
    return "loaded"


@QUICK
@given(content=mutated())
def test_a_mutated_study_is_loaded_or_refused_line_by_line(tmp_path, content):
    path = tmp_path / "made.yaml"
    path.write_text(yaml.safe_dump(content, sort_keys=False, allow_unicode=True), "utf-8")
    assert outcome(path) in {"loaded", "refused"}


@QUICK
@given(study=st.sampled_from(STUDIES), data=st.data())
def test_a_study_with_characters_cut_or_put_in_is_loaded_or_refused(tmp_path, study, data):
    position = data.draw(st.integers(0, len(study) - 1))
    cut = data.draw(st.integers(0, 20))
    put = data.draw(st.text("[]{}:,-&*!#|>'\"%@`?\t\n <=~.0e\x07\ufeff\x85x", max_size=5))
    path = tmp_path / "made.yaml"
    path.write_text(study[:position] + put + study[position + cut :], "utf-8")
    assert outcome(path) in {"loaded", "refused"}


@QUICK
@given(content=st.binary(max_size=60))
def test_any_bytes_are_refused(tmp_path, content):
    path = tmp_path / "made.yaml"
    path.write_bytes(content)
    assert outcome(path) == "refused"
