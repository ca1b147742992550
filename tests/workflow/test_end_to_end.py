"""The smoke study, whole: the numbers in its tables, told again from its traces; kills survived."""

import itertools
import json
import os
import signal
import subprocess
import time

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest

from thresher import analyses, figures
from thresher.tables import read_table

pytestmark = pytest.mark.workflow

ARMS = ["lstm_forward", "bilstm sum", "bilstm concat"]


@pytest.fixture(scope="module")
def tables(finished):
    folder = finished.results() / "tables"
    schemas = analyses.schemas()
    return {name: read_table(folder / f"{name}.csv", schema) for name, schema in schemas.items()}


@pytest.fixture(scope="module")
def traces(finished):
    paths = [
        path
        for path in sorted(finished.root.glob("results/smoke/traces/*/*/seeds_*.parquet"))
        if "predictions" not in path.name
    ]
    assert len(paths) == 3
    return pd.concat([pq.read_table(path).to_pandas() for path in paths])


def test_traces_have_a_row_for_every_run_and_epoch(traces):
    assert len(traces) == 3 * 8 * 61
    assert set(traces["arm"]) == set(ARMS)
    first = traces[traces["epoch"] == 0]
    assert first["loss"].isna().all()
    assert first["eval_loss"].notna().all()
    assert traces[traces["epoch"] > 0]["loss"].notna().all()
    assert (traces["eval_loss"].notna() == (traces["epoch"] % 5 == 0)).all()


def test_arms_share_their_data_and_begin_near_ln_2(traces):
    start = traces[traces["epoch"] == 0].groupby("arm")["eval_loss"].mean()
    assert start.to_numpy() == pytest.approx(np.log(2), abs=0.05)
    # Where two arms see the same sequence, their training losses rise and fall together.
    wide = traces[traces["epoch"].between(1, 20)].pivot_table(
        index=["epoch", "seed"], columns="arm", values="loss"
    )
    forward, other = wide["lstm_forward"].to_numpy(), wide["bilstm sum"].to_numpy()
    of_other_seeds = [np.corrcoef(forward, np.roll(other, k))[0, 1] for k in range(1, 8)]
    assert np.corrcoef(forward, other)[0, 1] > max(of_other_seeds) + 0.3


def test_events_are_the_first_of_three_evaluations_below_the_threshold(tables, traces):
    found = tables["events"].set_index(["arm", "seed"])
    for (arm, seed), run in traces.dropna(subset="eval_loss").groupby(["arm", "seed"]):
        run = run.sort_values("epoch")
        below = (run["eval_loss"] <= 0.55).to_list()
        starts = [k for k in range(len(below) - 2) if all(below[k : k + 3])]
        expected = run["epoch"].iloc[starts[0]] if starts else 60
        assert found.loc[(arm, seed), "time"] == expected
        assert found.loc[(arm, seed), "event"] == bool(starts)


def test_bidirectional_runs_get_there_and_forward_runs_hardly(tables):
    arms = tables["arms"].set_index("arm")
    assert arms.loc["lstm_forward", "reached"] <= 2
    assert arms.loc["bilstm sum", "reached"] >= 7
    assert arms.loc["bilstm concat", "reached"] >= 6
    assert (arms["reached"] + arms["censored"] + arms["diverged"] == 8).all()
    assert arms.loc[ARMS, "parameters"].to_list() == [1781, 3541, 3561]


def test_contrasts_come_from_the_events_by_full_enumeration(tables):
    times = tables["events"].pivot_table(index="seed", columns="arm", values="time")
    contrasts = tables["contrasts"].set_index("arm")
    assert list(contrasts.index) == ["bilstm sum", "bilstm concat"]
    p_values = []
    for arm, row in contrasts.iterrows():
        difference = (times[arm] - times["lstm_forward"]).to_numpy()
        assert row["mean_difference"] == pytest.approx(difference.mean())
        flips = np.array(list(itertools.product([1, -1], repeat=8)))
        sums = np.abs(flips @ difference)
        p_values.append((sums >= abs(difference.sum()) - 1e-9).mean())
        assert row["p"] == pytest.approx(p_values[-1])
        assert row["lower"] <= row["mean_difference"] <= row["upper"] < 0
        assert row["verdict"] == "faster"
    # One family of differences and equivalences: nothing steps down, since neither is equivalent.
    assert (contrasts["p_equivalence"] > 0.05).all()
    assert contrasts["p_adjusted"].to_list() == pytest.approx([min(1, 2 * p) for p in p_values])


def test_curves_are_means_of_the_traces(tables, traces):
    curves = tables["curves"]
    curves = curves[curves["metric"] == "eval_loss"].set_index(["arm", "time"])["mean"]
    means = traces.dropna(subset="eval_loss").groupby(["arm", "epoch"])["eval_loss"].mean()
    assert curves.sort_index().to_numpy() == pytest.approx(means.sort_index().to_numpy())


def test_predictions_are_of_one_held_out_sequence(tables):
    found = tables["predictions"]
    assert len(found) == 3 * 8 * 10
    inputs = found.groupby("position")["input"]
    assert (inputs.min() == inputs.max()).all()
    sequence = found[(found["arm"] == ARMS[0]) & (found["seed"] == 0)].sort_values("position")
    labels = (sequence["input"].cumsum() >= 2.5).astype(float)
    assert (sequence["expected"].to_numpy() == labels.to_numpy()).all()
    assert (found["decoded"] == (found["output"] > 0.5)).all()
    assert (found["wrong"] == (found["decoded"] != found["expected"])).all()


def test_no_table_holds_times_or_machine_facts(finished):
    for path in (finished.results() / "tables").glob("*.csv"):
        names = set(pd.read_csv(path, nrows=0).columns)
        assert not names & {"seconds", "finished", "processor", "platform", "date"}


def test_the_canary_finds_the_same_bits(finished):
    canary = json.loads((finished.results() / "canary.json").read_text())
    assert canary["identical"] is True
    assert canary["largest_deviation"] == 0
    assert canary["seeds"] == list(range(8))


def test_the_report_says_the_verdicts_and_is_self_contained(finished, tables):
    page = (finished.results() / "report.html").read_text()
    assert "bilstm sum reaches 0.55 nats" in page
    assert page.count('<li data-arm="bilstm') >= 2
    assert "http://www.w3.org" in page
    remote = page.replace("http://www.w3.org", "")
    assert 'src="http' not in remote
    assert "url(http" not in remote
    assert len(page) < 3_000_000
    paper = finished.results() / "paper"
    assert "bilstm concat" in (paper / "contrasts.md").read_text()
    assert r"\toprule" in (paper / "contrasts.tex").read_text()
    drawn = {path.stem for path in paper.glob("*.pdf")}
    shown = {name for name, figure in figures.every().items() if figure.paper}
    assert drawn == {f"{name}_{width}" for name in shown for width in ("single", "double")}


def test_a_training_log_shows_progress(finished):
    logs = list(finished.root.glob("results/smoke/logs/train_block/**/*.log"))
    assert len(logs) == 3
    for log in logs:
        assert "60 of 60 epochs" in log.read_text()


def test_two_runs_of_a_study_give_the_same_bytes(finished, project):
    project.run("smoke")
    first, second = (each.root / "results" / "smoke" for each in (finished, project))
    files = [
        path.relative_to(first)
        for pattern in ("tables/*.csv", "figures/*.svg", "paper/*", "traces/**/*.parquet")
        for path in sorted(first.glob(pattern))
        if not path.name.startswith(".")
    ]
    assert len(files) > 50
    different = [
        str(name) for name in files if (first / name).read_bytes() != (second / name).read_bytes()
    ]
    assert different == []


def test_snakemakes_own_report_works_offline(after):
    ended = after.snakemake("--report", "own.html", "--config", "study=config/studies/smoke.yaml")
    assert ended.returncode == 0, ended.stderr
    page = (after.root / "own.html").read_text()
    assert "learning_curves" in page
    assert "Was it the seed?" in page


def heed_interrupts():
    """A shell has its background jobs, and all that they start, ignore Ctrl-C."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGKILL], ids=["Ctrl-C", "kill"])
def test_a_stopped_training_leaves_nothing_that_a_later_run_trusts(project, number):
    def longer(study):
        study["training"]["epochs"] = 100_000
        study["variants"].pop("bilstm")
        study.pop("reference")

    project.derive("smoke", "long", longer)
    command = project.command("--config", "study=config/studies/long.yaml")
    running = subprocess.Popen(
        command,
        cwd=project.root,
        env=project.environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        preexec_fn=heed_interrupts,
        start_new_session=True,
    )
    log = project.root / "results/long/logs/train_block/lstm_forward/default/seeds_00000.log"
    while not (log.is_file() and "epochs" in log.read_text()):
        assert running.poll() is None, "it ended before training began"
        time.sleep(0.1)
    os.killpg(running.pid, number)
    assert running.wait() != 0
    left = [path for path in project.root.glob("results/long/traces/**/*") if path.is_file()]
    assert left == []
    if number == signal.SIGKILL:
        project.snakemake("--unlock", "--config", "study=config/studies/long.yaml")
    project.change("long", lambda study: study["training"].update(epochs=60))
    assert project.jobs("long")["train_block"] == 1
