"""A folder of logs: what it holds is found, said, and becomes a study that reads it."""

import csv
import json
import random

import pytest
import yaml

from thresher.command_line._layout import Layout, kinds, layout_of


def names(text: str) -> list[str]:
    return text.split()


@pytest.mark.parametrize(
    ("paths", "expected"),
    [
        ("a/s_0.csv a/s_1.csv b/s_0.csv", Layout("{arm}/s_{seed}.csv", ("arm",), "seed")),
        ("s_1/p.csv s_2/p.csv", Layout("s_{seed}/p.csv", (), "seed")),
        (
            "lr_0.1/run_3/p.csv lr_0.1/run_4/p.csv lr_0.01/run_3/p.csv",
            Layout("lr_{lr}/run_{seed}/p.csv", ("lr",), "seed"),
        ),
        ("ppo_0/x.csv ppo_1/x.csv sac_0/x.csv", Layout("{arm}_{seed}/x.csv", ("arm",), "seed")),
        ("adam.csv sgd.csv", Layout("{arm}.csv", ("arm",), None)),
        (
            "adam/lr_0.1/seed_1.csv adam/lr_0.1/seed_2.csv sgd/lr_0.2/seed_1.csv",
            Layout("{arm}/lr_*/seed_{seed}.csv", ("arm",), "seed"),
        ),
        (
            "a/seed_1__2019-02-13.json a/seed_2__2019-03-14.json b/seed_1__2019-02-15.json",
            Layout("{arm}/seed_{seed}__2019-*.json", ("arm",), "seed"),
        ),
    ],
)  # fmt: skip
def test_the_pattern_of_paths(paths, expected):
    assert layout_of(names(paths)) == expected


def test_kinds_of_files():
    paths = names(
        "logs/seed_0/p.csv logs/seed_1/p.csv logs/seed_2/p.csv logs/summary.csv README.md"
    )
    assert kinds(paths)[0] == names("logs/seed_0/p.csv logs/seed_1/p.csv logs/seed_2/p.csv")
    assert len(kinds(paths)) == 3


@pytest.fixture
def logs(tmp_path):
    """Two arms of six runs, a summary beside them, and something else."""
    folder = tmp_path / "logs"
    for arm, speed in (("sgd", 1.0), ("adam", 2.0)):
        for seed in range(6):
            path = folder / arm / f"seed_{seed}" / "progress.csv"
            path.parent.mkdir(parents=True)
            draw = random.Random(seed)
            with path.open("w", newline="") as file:
                rows = csv.writer(file)
                rows.writerow(["step", "val_loss", "train_loss", "time"])
                for step in range(0, 101, 5):
                    loss = 1 / (1 + speed * step / 10) + draw.uniform(0, 0.01)
                    rows.writerow([step, loss, loss, step * 2])
    (folder / "summary.csv").write_text("arm,best\nsgd,0.1\n")
    (folder / "notes.txt").write_text("mine\n")
    return folder


def test_a_folder_is_told_of_and_becomes_a_study(logs, thresher, tmp_path):
    said = thresher("import", "logs")
    assert (said.code, said.err) == (0, "")
    assert "12 logs: " in said.out
    assert "({arm}/seed_{seed}/progress.csv)" in said.out
    assert "metric val_loss, lower is better; axis step" in said.out
    assert "also measured: train_loss" in said.out
    assert "left out: notes.txt, summary.csv" in said.out
    rows = [line.split() for line in said.out.splitlines()]
    assert ["adam", "6", "0–5", "0", "100", "21"] in rows
    assert ["sgd", "6", "0–5", "0", "100", "21"] in rows
    study = yaml.safe_load((tmp_path / "logs.yaml").read_text())
    assert study["traces"]["files"] == "logs/{arm}/seed_{seed}/progress.csv"
    assert study["metric"] == {"name": "val_loss", "better": "lower"}
    checked = thresher("check", "logs.yaml")
    assert (checked.code, checked.err) == (0, "")
    assert checked.out == "logs.yaml: right; 2 arms, 12 files read\n"


def test_what_is_guessed_can_be_given(logs, thresher, tmp_path):
    said = thresher(
        "import", "logs", "--value", "train_loss", "--axis", "time", "--threshold", "0.3",
        "--to", "mine.yaml", "--json",
    )  # fmt: skip
    found = json.loads(said.out)
    assert (found["metric"], found["threshold"], found["study"]) == ("train_loss", 0.3, "mine.yaml")
    assert [arm["seeds"] for arm in found["arms"]] == [list(range(6))] * 2
    study = yaml.safe_load((tmp_path / "mine.yaml").read_text())
    assert study["endpoint"]["threshold"] == 0.3
    assert study["traces"]["columns"] == {"value": "train_loss", "axis": "time"}
    assert thresher("check", "mine.yaml").code == 0


def test_the_proposed_threshold_is_between_start_and_end_and_reached(logs, thresher):
    found = json.loads(thresher("import", "logs", "--json").out)
    assert 1 / 11 < found["threshold"] < 0.5
    level = str(found["threshold"])
    compared = thresher(
        "compare", "logs/{arm}/seed_{seed}/progress.csv", "--value", "val_loss", "--better",
        "lower", "--threshold", level, "--json",
    )  # fmt: skip
    arms = json.loads(compared.out)["arms"]
    assert [arm["reached"] for arm in arms] == [6, 6]


def test_a_long_table_has_arm_and_seed_in_columns(thresher, tmp_path):
    rows = [
        f"{arm},{seed},{epoch},{epoch * speed + seed}"
        for arm, speed in (("slow", 1), ("fast", 2))
        for seed in range(5)
        for epoch in range(10)
    ]
    (tmp_path / "runs.csv").write_text("\n".join(["agent,seed,epoch,reward", *rows]) + "\n")
    said = thresher("import", "runs.csv")
    assert said.code == 0, said.err
    assert "metric reward, higher is better; axis epoch" in said.out
    study = yaml.safe_load((tmp_path / "runs.yaml").read_text())
    assert study["traces"]["columns"] == {"value": "reward", "seed": "seed", "arm": "agent"}
    assert thresher("check", "runs.yaml").out == "runs.yaml: right; 2 arms, 1 file read\n"


def test_nothing_is_overwritten(logs, thresher, tmp_path):
    (tmp_path / "logs.yaml").write_text("mine\n")
    said = thresher("import", "logs")
    assert said.code == 2
    assert said.err == "logs.yaml: is there already; name another file by --to\n"
    assert (tmp_path / "logs.yaml").read_text() == "mine\n"


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda folder: None, "logs: no such folder or file; name one with logs"),
        (lambda folder: folder.mkdir(), "logs: is empty; name a folder with logs"),
        (
            lambda folder: (folder.mkdir(), (folder / "x.bin").write_bytes(b"\0\1\2")),
            "logs: holds no log that a reader knows",
        ),
    ],
)
def test_what_holds_no_logs(make, said, thresher, tmp_path):
    make(tmp_path / "logs")
    found = thresher("import", "logs")
    assert found.code == 2
    assert found.err.startswith(said)
    assert len(found.err.splitlines()) == 1


def test_a_column_that_is_not_there(logs, thresher, tmp_path):
    said = thresher("import", "logs", "--value", "val_los")
    assert said.code == 2
    assert "has no column val_los; did you mean val_loss?" in said.err
    assert not (tmp_path / "logs.yaml").exists()
