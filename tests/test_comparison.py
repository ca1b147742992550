"""`thresher.compare`: a table of evaluations to an answer, as the workflow gives it."""

import subprocess
import sys

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
import yaml
from matplotlib.figure import Figure
from scipy import stats

import thresher
from thresher import analyses, figures
from thresher.gallery import pictures
from thresher.importing import import_files
from thresher.stages import analyse_files
from thresher.study import load, parse_part, read_facts
from thresher.tables import read_table

pytestmark = pytest.mark.slow

CALL = {
    "time": "step",
    "value": "reward",
    "run": "seed",
    "arm": "agent",
    "better": "higher",
    "threshold": 6000,
    "reference": "ddpg",
}


def rewards(seeds: int = 8) -> pd.DataFrame:
    """Rewards of three agents that rise with the steps, which are fractions."""
    generator = np.random.default_rng(1)
    steps = np.arange(41) * 312.5
    parts = []
    for agent, middle in (("ddpg", 7000), ("sac", 4000), ("td3", 4500)):
        for seed in range(seeds):
            power = (steps / (middle * np.exp(0.2 * generator.normal()))) ** 2
            noise = 100 * generator.normal(size=len(steps))
            reward = 8000 * power / (1 + power) + noise
            rows = {"agent": agent, "seed": seed, "step": steps, "reward": reward}
            parts.append(pd.DataFrame(rows))
    return pd.concat(parts, ignore_index=True)


@pytest.fixture(scope="module")
def answered() -> thresher.Comparison:
    return thresher.compare(rewards(), **CALL)


def test_the_answer_is_text_and_html(answered):
    lines = repr(answered).splitlines()
    assert lines[0] == "Compared with ddpg, sac and td3 learn faster."
    assert len(lines) == 3
    assert lines[1].startswith("sac reaches 6000 reward on average ")
    assert "8 and 8 unpaired runs" in lines[1]
    html = answered._repr_html_()
    assert f"<b>{lines[0]}</b>" in html
    assert html.count("<li>") == 2


def test_names_can_not_break_the_html():
    frame = rewards().replace({"agent": {"sac": "<b>sac & co"}})
    assert "&lt;b&gt;sac &amp; co reaches" in thresher.compare(frame, **CALL)._repr_html_()


def test_the_tables_are_data_frames_with_the_runs_own_numbers(answered):
    frame = rewards()
    assert answered.contrasts["arm"].tolist() == ["sac", "td3"]
    assert answered.arms["n"].tolist() == [8, 8, 8]
    assert len(answered.events) == 24
    curve = answered.curves[answered.curves["arm"] == "sac"]
    means = frame[frame["agent"] == "sac"].groupby("step")["reward"].mean()
    assert np.allclose(curve["mean"], means)
    assert curve["time"].tolist() == means.index.tolist()
    assert curve["time"].tolist()[1] == 312.5
    own = frame[(frame["agent"] == "sac") & (frame["seed"] == 3)].reset_index()
    good = (own["reward"] >= 6000).to_numpy()
    first = next(i for i in range(39) if good[i : i + 3].all())
    event = answered.events.set_index(["arm", "seed"]).loc[("sac", 3)]
    assert event["time"] == own["step"][first]


def test_an_unknown_table_is_answered_with_those_there_are(answered):
    with pytest.raises(KeyError, match=r"there is no table curve; there are .*contrasts"):
        answered.table("curve")


def test_any_figure_is_drawn_or_said_to_have_nothing(answered):
    drawn = {name for name, *_ in pictures(answered.results, 7.2)}
    assert {"forest", "learning_curves", "survival", "runs"} <= drawn
    assert {"predictions", "errors_along"} <= set(figures.NAMES) - drawn
    for name in figures.NAMES:
        if name in drawn:
            assert isinstance(answered.plot(name), Figure)
        else:
            with pytest.raises(ValueError, match="nothing to be drawn"):
                answered.plot(name)
    with pytest.raises(ValueError, match=r"there is no figure forests; there are .*forest"):
        answered.plot("forests")


def test_a_figure_goes_on_given_axes(answered):
    page, (left, right) = plt.subplots(1, 2, figsize=(12, 4))
    assert answered.plot("forest", ax=right) is right
    assert len(right.get_images()) == 1
    assert not left.get_images()
    drawn = right.get_images()[0].get_array()
    assert drawn.min() < 0.5, "the picture is empty"
    plt.close(page)


def test_the_report_is_one_file_that_says_the_answer(answered, tmp_path):
    path = answered.report(tmp_path / "out.html")
    text = path.read_text()
    assert "Compared with ddpg, sac and td3 learn faster." in text
    assert "<svg" in text
    assert "Made by a call of thresher.compare" in text
    unknown_here = ("held-out", "initial weights", "batch", "TensorFlow", "study file", "snakemake")
    for unknown in unknown_here:
        assert unknown not in text, unknown
    assert [file.name for file in tmp_path.iterdir()] == ["out.html"]


def test_the_table_is_latex_and_markdown_and_a_file_where_one_is_named(answered, tmp_path):
    markdown = answered.to_markdown()
    assert "| sac |" in markdown
    latex = answered.to_latex(tmp_path / "table.tex")
    assert (tmp_path / "table.tex").read_text() == latex
    assert latex.splitlines()[0] == r"\begin{table}"
    assert r"\label{tab:comparison}" in latex


def test_a_run_may_be_any_word():
    frame = rewards()
    words = frame.assign(seed=frame["agent"] + "/Run №" + frame["seed"].astype(str))
    named, numbered = (thresher.compare(each, **CALL) for each in (words, frame))
    assert set(named.events["seed"]) == set(words["seed"])
    same = ["mean_difference", "lower", "upper", "p"]
    assert np.allclose(named.contrasts[same[0]], numbered.contrasts[same[0]])
    assert named.contrasts["verdict"].tolist() == numbered.contrasts["verdict"].tolist()


def test_the_value_may_be_left_out_where_one_more_column_is_there():
    call = {**CALL, "value": None}
    assert list(thresher.compare(rewards(), **call).contrasts["arm"]) == ["sac", "td3"]
    with pytest.raises(thresher.ReadError, match="which column is the metric"):
        thresher.compare(rewards().assign(loss=0.5), **call)


def test_other_tables_of_data_are_taken_and_a_null_is_no_nan(answered):
    class Polars:
        def __init__(self, frame):
            self.to_pandas = lambda: frame

    assert thresher.compare(Polars(rewards()), **CALL).contrasts.equals(answered.contrasts)
    arrow = pa.Table.from_pandas(rewards())
    assert thresher.compare(arrow, **CALL).contrasts.equals(answered.contrasts)
    values = arrow["reward"].to_pylist()
    values[5], values[40] = None, float("nan")
    holes = arrow.set_column(3, "reward", pa.array(values))
    events = thresher.compare(holes, **CALL, nan="diverged").events
    assert events["outcome"].eq("diverged").sum() == 1
    assert events["diverged_at"].dropna().tolist() == [12_500]
    with pytest.raises(thresher.ReadError, match="data: must be a DataFrame, but was list"):
        thresher.compare([1, 2], **CALL)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"value": "rewards"}, "rewards"),
        ({"reference": "ppo"}, "reference must be one of ddpg, sac, td3, but was ppo"),
        ({"threshold": 6000, "maximum": 1}, "threshold: 6000 is beyond what reward can be"),
        ({"budget": 20_000}, r"budget: 20000 steps is more than \d+ of 24 runs have"),
        ({"arm": "algorithm"}, "algorithm"),
    ],
)
def test_what_is_wrong_is_one_line(changes, message):
    with pytest.raises(thresher.ReadError, match=message) as found:
        thresher.compare(rewards(), **{**CALL, **changes})
    assert len(str(found.value).splitlines()) == 1


def test_the_workflow_gives_the_same_numbers(tmp_path):
    rewards().to_csv(tmp_path / "rewards.csv", index=False)
    content = {
        "question": "Which agent gets there sooner?",
        "traces": {"files": "rewards.csv", "columns": {"arm": "agent"}},
        "metric": {"name": "reward", "better": "higher", "minimum": 0},
        "axis": {"name": "step"},
        "pairing": "data",
        "reference": "ddpg",
        "endpoint": {"threshold": 6000},
    }
    path = tmp_path / "comparison.yaml"
    path.write_text(yaml.safe_dump(content))
    study = load(path)
    names = ("traces.parquet", "evaluations.parquet", "predictions.parquet", "import.json")
    files = {name.split(".")[0]: tmp_path / name for name in names}
    import_files(study, *files.values())
    facts = read_facts(files["import"])
    tables = {table: tmp_path / f"{table}.csv" for table in analyses.schemas()}
    for name, analysis in analyses.every().items():
        inputs = {need: files.get(need) or tables[need] for need in analyses.read_by(analysis)}
        part = parse_part(study.part(*analysis.uses), facts)
        analyse_files(name, inputs, part, {table: tables[table] for table in analysis.tables})

    found = thresher.compare(rewards(), **CALL, paired=True, minimum=0)
    assert (found.contrasts["design"] == "paired").all()
    for name, schema in analyses.schemas().items():
        expected, own = read_table(tables[name], schema), found.table(name)
        assert len(own) == len(expected), name
        pd.testing.assert_frame_equal(
            own.reset_index(drop=True), expected, check_dtype=False, check_exact=False, rtol=1e-9
        )


def test_a_notebook_needs_neither_tensorflow_nor_snakemake(tmp_path):
    rewards(4).to_csv(tmp_path / "rewards.csv", index=False)
    code = (
        "import sys, pandas, thresher\n"
        "frame = pandas.read_csv('rewards.csv')\n"
        f"found = thresher.compare(frame, **{CALL!r})\n"
        "found.plot('forest'), found.to_latex(), repr(found)\n"
        "print({'tensorflow', 'keras', 'snakemake'} & set(sys.modules))\n"
    )
    ended = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    assert ended.stdout == "set()\n"


def test_curves_of_runs_with_times_of_their_own_say_how_they_come_about():
    frame = rewards()
    sac = frame["agent"] == "sac"
    short = sac & (frame["seed"] == 2) & (frame["step"] > 10_000)
    coarse = (frame["agent"] == "td3") & (frame["step"] % 625 != 0)
    # Sac's third run stopped early, having reached the threshold; TD3 was evaluated half as often.
    found = thresher.compare(frame[~(short | coarse)], **CALL)
    assert found.results.study.endpoint.budget == 12_500
    ends = found.curves.groupby("arm")["time"].max()
    assert ends.to_dict() == {"ddpg": 12_500, "sac": 10_000, "td3": 12_500}
    assert (found.curves["n"] == 8).all()
    differences = found.table("curve_differences").groupby("arm")["time"]
    assert differences.max().to_dict() == {"sac": 10_000, "td3": 12_500}
    assert differences.nunique()["td3"] == 41
    for name in ("learning_curves", "curve_differences"):
        assert (
            "Between a run’s own evaluations its values are carried linearly; a mean ends where "
            "the first of its runs does: sac at 10,000."
        ) in figures.load(name).caption(found.results)
    apart = thresher.compare(frame[~coarse], **CALL).results
    said = "Between a run’s own evaluations its values are carried linearly."
    assert said in figures.load("curve_differences").caption(apart)
    assert said not in figures.load("learning_curves").caption(apart)


def test_interquartile_means_are_drawn_where_they_are_asked_for(answered):
    assert answered.table("iqm_curves").empty
    with pytest.raises(ValueError, match="nothing to be drawn"):
        answered.plot("iqm_curves")
    found = thresher.compare(rewards(), **CALL, curves="iqm")
    assert found.contrasts.equals(answered.contrasts)
    own = found.table("iqm_curves").query("arm == 'td3'")
    runs = (
        rewards().query("agent == 'td3'").pivot_table(index="step", values="reward", columns="seed")
    )
    assert np.allclose(own["iqm"], stats.trim_mean(runs, 0.25, axis=1))
    assert isinstance(found.plot("iqm_curves"), Figure)
    caption = figures.load("iqm_curves").caption(found.results)
    assert caption.startswith("Interquartile mean of reward, with 95 % bootstrap limits over runs")
