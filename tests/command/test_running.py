"""Runs of a program of numpy: traces as thresher keeps them, failures as one line, resumption."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from thresher import command
from thresher.code import PACKAGE
from thresher.command.job import run_command
from thresher.command.running import environment_of
from thresher.trace import format_of, read_predictions, read_traces, specification_of, values


@pytest.fixture
def run(folder, tmp_path):
    def run(specification, seeds=(0, 1), **more):
        out = tmp_path / "out"
        traces, facts = out / "seeds_00000.parquet", out / "run.json"
        empty = out / "predictions.parquet"
        run_command(specification, list(seeds), traces, empty, facts, str(folder), **more)
        return traces, facts

    return run


def test_every_run_s_trace_is_kept_as_the_program_wrote_it(run, specification):
    given = specification()
    traces, facts = run(given, seeds=[2, 0])
    table = read_traces([traces], runs=[facts])
    assert format_of(table).axis == "epoch"
    assert format_of(table).quantities == {"val_loss": ""}
    assert table.column_names == ["study", "arm", "variant", "hidden", "seed", "epoch", "val_loss"]
    assert table["seed"].to_pylist() == [2] * 21 + [0] * 21
    assert table["epoch"].to_pylist() == list(range(21)) * 2
    noise = np.random.default_rng(2).normal(0, 0.01, 21)
    expected = np.exp(-0.05 * 4 * np.arange(21)) + noise
    np.testing.assert_array_equal(values(table, "val_loss")[0][:21], expected)
    assert specification_of(traces) == given
    assert json.loads(facts.read_text())["run_epochs"] == 40
    files = ["predictions.parquet", "run.json", "seeds_00000.parquet"]
    assert sorted(path.name for path in traces.parent.iterdir()) == files
    assert read_predictions([traces.parent / files[0]], runs=[facts]).num_rows == 0


def test_the_same_content_is_the_same_bytes(run, specification):
    first = run(specification())[0].read_bytes()
    assert run(specification())[0].read_bytes() == first


def test_an_option_of_other_arms_leaves_the_program_s_own_default(run, specification, capfd):
    run(specification(options={"hidden": 64}, left_out=["lr"]), seeds=[1])
    output = capfd.readouterr().out
    assert "learning rate 0.1\n" in output
    assert output.startswith("wide hidden=64, seed 1: ")


def python(code):
    return f"{{python}} -c '{code}' {{trace}} {{out}} {{seed}}"


WRITE = "import sys; t, out, seed = sys.argv[1:]; "
SHAPES = {
    "lines of JSON": (WRITE + 'open(t, "w").write("{\\"e\\": 1, \\"v\\": 0.5}\\n" * 1 + '
                      '"{\\"e\\": 2, \\"v\\": 0.25}\\n")', {}),
    "an ending added by a library": (
        WRITE + 'open(t + ".csv", "w").write("e,v\\n1,0.5\\n2,0.25\\n")', {}
    ),
    "a folder": (
        WRITE + 'import os; os.makedirs(t + "/version_0"); '
        'open(t + "/version_0/metrics.csv", "w").write("e,v\\n1,0.5\\n2,0.25\\n")',
        {},
    ),
    "a file in {out}": (
        WRITE + 'open(out + "/log.txt", "w").write("e,v\\n1,0.5\\n2,0.25\\n")',
        {"file": "*.txt"},
    ),
}  # fmt: skip


@pytest.mark.parametrize(("code", "about"), SHAPES.values(), ids=SHAPES)
def test_a_trace_may_be_anything_that_a_reader_reads(run, specification, code, about):
    columns = {"axis": "e", "value": "v"}
    traces, _ = run(specification(python(code), {}, columns=columns, **about), seeds=[4])
    table = read_traces([traces])
    assert table["epoch"].to_pylist() == [1, 2]
    assert table["val_loss"].to_pylist() == [0.5, 0.25]


def test_a_value_that_diverged_is_nan_and_one_that_was_not_measured_has_no_row(run, specification):
    code = WRITE + 'open(t, "w").write("epoch,val_loss\\n0,1\\n1,\\n2,nan\\n")'
    traces, _ = run(specification(python(code), {}, budget=9), seeds=[0])
    found, measured = values(read_traces([traces]), "val_loss")
    assert str(found.tolist()) == "[1.0, nan]"
    assert measured.all()


FAILURES = {
    "its exit code": ("import sys; sys.exit(3)", "the program ended with exit code 3"),
    "a signal": (
        "import os, signal; os.kill(os.getpid(), signal.SIGKILL)",
        "the program was ended by signal 9 (SIGKILL)",
    ),
    "no trace": ("pass", "it wrote no trace to {trace}, nothing"),
    "another file": (
        WRITE + 'open(out + "/x.csv", "w")',
        "it wrote no trace to {trace}, only x.csv",
    ),
    "an empty trace": (WRITE + 'open(t, "w")', "its trace can't be used: it is empty"),
    "a header alone": (
        WRITE + 'open(t, "w").write("epoch,val_loss\\n")',
        "its trace can't be used: it is empty",
    ),
    "a wrong column": (
        WRITE + 'open(t, "w").write("epoch,val_los\\n0,1\\n1,2\\n")',
        "its trace can't be used: trace: has no column val_loss; did you mean val_los?",
    ),
    "a short trace": (
        WRITE + 'open(t, "w").write("epoch,val_loss\\n0,1\\n1,2\\n")',
        "its trace is short: it ends at epoch 1, before the budget of 5",
    ),
    "several runs": (
        WRITE + 'open(t, "w").write("seed,epoch,val_loss\\n0,0,1\\n0,5,1\\n1,0,1\\n1,5,1\\n")',
        "its trace holds 2 runs (trace); write one run's, by {seed}",
    ),
}


@pytest.mark.parametrize(("code", "line"), FAILURES.values(), ids=FAILURES)
def test_a_failure_is_one_line_with_arm_seed_command_and_log(
    run, specification, tmp_path, code, line
):
    given = specification(python(code), {}, budget=5)
    with pytest.raises(command.CommandError) as error:
        run(given, seeds=[7], log="logs/x.log")
    text = str(error.value)
    assert text.startswith(f"arm wide hidden=64, seed 7: {line}")
    assert "; its output is in logs/x.log; the command was {python} -c" in text
    assert "\n" not in text
    assert not (tmp_path / "out" / "seeds_00000.parquet").exists()


def test_a_program_that_is_not_there_is_one_line(run, specification):
    with pytest.raises(command.CommandError, match="seed 0: there is no program pythonn; give its"):
        run(specification("pythonn {seed} {trace}", {}))


def test_values_reach_the_program_unchanged_and_no_shell_sees_them(run, specification, folder):
    name = "a b; touch hacked $HOME {seed} 'x'"
    code = (
        "import json, os, sys; "
        'json.dump([sys.argv[1], os.getcwd()], open("got.json", "w")); '
        'open(sys.argv[2], "w").write("epoch,val_loss\\n0,1\\n1,2\\n")'
    )
    run(specification(f"{{python}} -c '{code}' {{name}} {{trace}}", {"name": name}), seeds=[0])
    assert json.loads((folder / "got.json").read_text()) == [name, str(folder.resolve())]
    assert not (folder / "hacked").exists()


def test_our_path_never_reaches_the_program_but_the_user_s_does(monkeypatch, tmp_path):
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(PACKAGE.parent), str(tmp_path)]))
    found = environment_of({"MODE": "x"}, threads=3)
    assert found["PYTHONPATH"] == str(tmp_path)
    assert (found["MODE"], found["OMP_NUM_THREADS"]) == ("x", "3")
    monkeypatch.setenv("PYTHONPATH", str(PACKAGE.parent))
    assert "PYTHONPATH" not in environment_of({}, threads=1)
    assert environment_of({"OMP_NUM_THREADS": "8"}, threads=1)["OMP_NUM_THREADS"] == "8"


def test_the_environment_is_filled_in(run, specification):
    code = (
        "import os; e = os.environ; "
        'open(e["TO"], "w").write("epoch,val_loss\\n0,%s\\n1,2\\n" % e["SEED"])'
    )
    environment = {"SEED": "{seed}", "TO": "{out}/trace"}
    given = specification(f"{{python}} -c '{code}'", {}, environment=environment)
    traces, _ = run(given, seeds=[7])
    assert read_traces([traces])["val_loss"].to_pylist() == [7, 2]


COUNTED = """import sys
out, seed = sys.argv[1:]
with open("started.txt", "a") as file:
    file.write(seed)
if seed == "2" and "2" not in open("started.txt").read()[:-1]:
    open(out, "w").write("epoch,val_loss\\n0,9\\n1,9\\n")
    print("under way", flush=True)
    import time
    time.sleep(60)
with open(out, "w") as file:
    file.write(f"epoch,val_loss\\n0,1\\n1,{seed}\\n")
"""


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGKILL])
def test_a_job_that_is_killed_in_the_middle_goes_on_with_the_run_that_was_under_way(
    run, specification, folder, tmp_path, number
):
    (folder / "slow.py").write_text(COUNTED)
    given = specification("{python} slow.py {trace} {seed}", {})
    out = tmp_path / "out"
    traces, facts = out / "seeds_00000.parquet", out / "run.json"
    files = [str(file) for file in (traces, out / "predictions.parquet", facts, folder)]
    program = "import sys; from thresher.command.job import run_command; " + (
        "run_command(sys.argv[1], [1, 2, 3], *sys.argv[2:])"
    )
    job = subprocess.Popen(
        [sys.executable, "-c", program, given, *files],
        env={**os.environ, "PYTHONPATH": str(PACKAGE.parent)},
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    assert job.stdout is not None
    for line in job.stdout:
        if line == "under way\n":
            break
    job.send_signal(number)
    assert job.wait(30) != 0
    assert not traces.exists()
    if number != signal.SIGKILL:
        assert job.stdout.read() == "", "the program ended with the job"
    run(given, seeds=[1, 2, 3])
    assert (folder / "started.txt").read_text() == "1223"
    assert read_traces([traces], runs=[facts])["val_loss"].to_pylist() == [1, 1, 1, 2, 1, 3]
    assert not Path(f"{traces}.runs").exists()


def test_a_finished_run_is_made_again_where_its_code_changed(run, specification, folder):
    (folder / "slow.py").write_text(COUNTED.replace("time.sleep(60)", "sys.exit(1)"))
    given = specification("{python} slow.py {trace} {seed}", {})
    with pytest.raises(command.CommandError):
        run(given, seeds=[1, 2], code="a")
    run(given, seeds=[1, 2], code="b")
    assert (folder / "started.txt").read_text() == "1212"


def test_code_is_digested_by_content_and_name(folder, tmp_path):
    (folder / "lib").mkdir()
    (folder / "lib" / "a.py").write_text("1")
    before = command.code_digest(["train.py", "lib"], folder)
    (folder / "notes.txt").write_text("x")
    assert command.code_digest(["lib", "train.py"], folder) == before
    (folder / "lib" / "a.py").write_text("2")
    assert command.code_digest(["train.py", "lib"], folder) != before
    with pytest.raises(command.CommandError, match=r"^code: gone\.py can't be read: no such file"):
        command.code_digest(["gone.py"], folder)
