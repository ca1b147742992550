"""From traces to an answer, without a study file, Snakemake or TensorFlow."""

import json
import subprocess
import sys
from pathlib import Path

import pytest


@pytest.fixture
def table(tmp_path):
    rows = [
        f"{agent},{seed},{step},{step * speed + seed}"
        for agent, speed in (("slow", 1.0), ("fast", 2.0))
        for seed in range(8)
        for step in range(0, 101, 5)
    ]
    path = tmp_path / "runs.csv"
    path.write_text("\n".join(["agent,seed,step,reward", *rows]) + "\n")
    return path


CALL = (
    "compare", "runs.csv", "--arm", "agent", "--run", "seed", "--time", "step", "--value", "reward",
    "--better", "higher", "--threshold", "60", "--reference", "slow", "--paired",
)  # fmt: skip


def test_the_answer_is_the_librarys(table, thresher):
    from thresher import compare, read

    said = thresher(*CALL)
    assert (said.code, said.err) == (0, "")
    columns = {"arm": "agent", "seed": "seed", "axis": "step", "value": "reward"}
    found = compare(
        read(str(table), columns=columns),
        threshold=60,
        better="higher",
        reference="slow",
        paired=True,
    )
    assert all(sentence in said.out for sentence in found.sentences())
    rows = [line.split() for line in said.out.splitlines()]
    assert ["fast", "8", "8", "0", "30"] in rows


def test_as_json_there_are_tables(table, thresher):
    found = json.loads(thresher(*CALL, "--json").out)
    (contrast,) = found["contrasts"]
    assert (contrast["arm"], contrast["mean_difference"], contrast["verdict"]) == (
        "fast",
        -28.125,
        "faster",
    )


def test_two_folders_are_two_arms(thresher):
    thresher("init", "mine", "--from", "traces")
    said = thresher(
        "compare", "mine/runs/sgd", "mine/runs/adam", "--better", "lower", "--threshold", "0.3",
        "--paired", "--json",
    )  # fmt: skip
    assert said.code == 0, said.err
    found = json.loads(said.out)
    assert [(arm["arm"], arm["n"]) for arm in found["arms"]] == [("sgd", 12), ("adam", 12)]
    assert found["contrasts"][0]["design"] == "paired"


def test_two_files_are_two_arms_by_their_names(thresher, tmp_path):
    for name, speed in (("one", 1), ("two", 2)):
        rows = [f"{seed},{e},{e * speed + seed}" for seed in range(4) for e in range(20)]
        (tmp_path / f"{name}.csv").write_text("\n".join(["seed,epoch,acc", *rows]) + "\n")
    level = ("--better", "higher", "--threshold", "9")
    said = thresher("compare", "one.csv", "two.csv", *level, "--json")
    assert said.code == 0, said.err
    assert [arm["arm"] for arm in json.loads(said.out)["arms"]] == ["one", "two"]


@pytest.mark.slow
def test_the_report_is_a_file(table, thresher, tmp_path):
    said = thresher(*CALL, "--report", "out.html")
    assert said.code == 0, said.err
    assert said.out.endswith("report: out.html\n")
    assert "<!doctype html>" in (tmp_path / "out.html").read_text()[:100].lower()


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (("--threshold", "60"), None),
        (("--value", "rewrd"), "did you mean reward?"),
        (("--arm", "agnt"), "nothing there is called agnt"),
        (("--reference", "sloow"), "reference must be one of"),
    ],
)
def test_what_is_wrong_is_a_line(change, said, table, thresher):
    found = thresher(*CALL, *change)
    if said is None:
        assert found.code == 0
    else:
        assert found.code == 2
        assert said in found.err
        assert "Traceback" not in found.err


def test_a_file_that_is_not_there(thresher):
    said = thresher("compare", "nothing.csv", "--better", "lower", "--threshold", "1")
    assert (said.code, said.err) == (2, "nothing.csv: no such folder or file; name one with logs\n")


def test_it_needs_neither_snakemake_nor_tensorflow_nor_rich(table, tmp_path):
    code = (
        "import sys\n"
        "for name in ('snakemake', 'tensorflow', 'keras', 'rich', 'psutil'):\n"
        "    sys.modules[name] = None\n"
        "from thresher.command_line import main\n"
        f"sys.exit(main({list(CALL)!r}))\n"
    )
    source = Path(__file__).parents[2] / "src"
    ended = subprocess.run(
        [sys.executable, "-c", f"import sys; sys.path.insert(0, {str(source)!r})\n{code}"],
        cwd=tmp_path, capture_output=True, text=True,
    )  # fmt: skip
    assert ended.returncode == 0, ended.stderr
    assert "learns faster" in ended.stdout
