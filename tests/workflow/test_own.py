"""Own files and own programs in the workflow: checked first, and run again where they changed."""

import pandas as pd
import pytest
import yaml

pytestmark = pytest.mark.workflow

MODEL = """import keras


def net(inputs, head, units: int = 3):
    x = keras.Input(inputs)
    h = keras.layers.Dense(units, "tanh")(x)
    return keras.Model(x, keras.layers.Dense(head.units, head.activation)(h))
"""
TASK = """class Signs:
    loss = "binary_crossentropy"

    def draw(self, generator, n):
        x = generator.standard_normal((n, 2, 1))
        return x, x > 0
"""
STUDY = {
    "task": {"name": "my_task.py:Signs"},
    "variants": {"a": {"model": "a.py:net"}, "b": {"model": "b.py:net", "units": 4}},
    "endpoint": {"threshold": 0.3},
    "seeds": 2,
    "training": {"epochs": 10, "lane_width": 2},
}
PROGRAM = """import sys

out, seed, size = sys.argv[1:]
if (seed, size) == ("1", "9"):
    sys.exit("no more memory")
rows = [f"{epoch},{2.0 ** -epoch + int(seed) / 1000 + float(size) / 100}" for epoch in range(5)]
open(out, "w").write("\\n".join(["epoch,loss", *rows]))
"""
COMMANDED = {
    "command": "{python} program.py {trace} {seed} {size}",
    "metric": {"name": "loss", "better": "lower"},
    "endpoint": {"threshold": 0.5, "budget": 4},
    "variants": {"small": {"size": 1}, "large": {"size": [2, 3]}},
    "seeds": 2,
    "code": "program.py",
}


@pytest.fixture
def put(project):
    """Write a file beside the studies."""

    def put(name, content):
        text = content if isinstance(content, str) else yaml.safe_dump(content, sort_keys=False)
        (project.root / "config" / "studies" / name).write_text(text)

    return put


def until(project, rule, study="own"):
    return project.snakemake("--config", f"study=config/studies/{study}.yaml", "--until", rule)


def test_editing_an_own_file_trains_again_what_needs_it_and_nothing_else(project, put):
    for name, text in (("a.py", MODEL), ("b.py", MODEL), ("my_task.py", TASK)):
        put(name, text)
    put("own.yaml", STUDY)
    ended = until(project, "train_block")
    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert "train_block" not in project.jobs("own")
    made = project.make("own", "tables/arms.csv")
    assert made.returncode == 0, made.stdout + made.stderr
    arms = pd.read_csv(project.results("own") / "tables" / "arms.csv")
    assert arms["parameters"].tolist() == [10, 13]
    put("notes.py", "# a comment\n")
    assert "train_block" not in project.jobs("own")
    put("a.py", MODEL + "# another line\n")
    jobs = project.jobs("own")
    assert (jobs["train_block"], jobs["check_own"]) == (1, 1)
    put("a.py", MODEL)
    put("my_task.py", TASK + "# another line\n")
    assert project.jobs("own")["train_block"] == 2


def test_a_broken_own_file_stops_before_any_training(project, put):
    put("a.py", MODEL.replace("head.units,", "7,"))
    for name, text in (("b.py", MODEL), ("my_task.py", TASK)):
        put(name, text)
    put("own.yaml", STUDY)
    ended = until(project, "train_block")
    output = ended.stdout + ended.stderr
    assert ended.returncode != 0
    line = "a.py, line 4: net(units=3): its output for 8 examples has shape (8, 2, 7), but"
    assert line in output, output
    assert "Traceback" not in output
    assert not (project.root / "results" / "own" / "traces").exists()


def test_a_program_s_runs_are_made_and_only_what_changed_again(project, put):
    put("program.py", PROGRAM)
    put("own.yaml", COMMANDED)
    ended = until(project, "collect")
    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert "run_command" not in project.jobs("own")
    put("own.yaml", {**COMMANDED, "retries": 2, "resources": {"mem_mb": 50}})
    assert "run_command" not in project.jobs("own")
    variants = {**COMMANDED["variants"], "small": {"size": 9}}
    put("own.yaml", {**COMMANDED, "variants": variants})
    assert project.jobs("own")["run_command"] == 2
    failed = until(project, "collect")
    output = failed.stdout + failed.stderr
    assert failed.returncode != 0
    assert (
        "arm small, seed 1: the program ended with exit code 1; its output is in "
        "results/own/logs/run_command/small/default/seeds_00001.log; the command was "
        "{python} program.py {trace} {seed} {size}"
    ) in output
    assert "no more memory" in output
    put("program.py", PROGRAM.replace('"9"', '"10"'))
    assert project.jobs("own")["run_command"] == 6
