"""A study, an analysis with its table and view, and a figure: each is added by one file."""

import html

import pandas as pd
import pytest

pytestmark = pytest.mark.workflow

ANALYSIS = '''"""How far apart the soonest and the latest run of each arm are."""

from thresher.fields import ARM, STUDY, Field
from thresher.registry import Analysis, Table, View, ViewColumn


def compute(needed, study):
    times = needed["events"].groupby(["study", "arm"], sort=False)["time"]
    spans = (times.max() - times.min()).rename("span").reset_index()
    return {"spans": spans.assign(seeds=study.entropy)}


ANALYSIS = Analysis(
    title="Spans",
    needs=("events",),
    uses=("entropy",),
    tables={
        "spans": Table(
            {
                **STUDY,
                **ARM,
                "span": Field("time", "axis", "from the soonest to the latest run"),
                "seeds": Field("int", "", "the root of all random numbers"),
            },
            "From each arm's soonest to its latest run.",
        )
    },
    compute=compute,
    views=(
        View(
            "spans",
            "times",
            "How far apart an arm's runs are",
            (ViewColumn("Arm", "arm", "arm"), ViewColumn("Span of it all", "span", "time")),
        ),
    ),
    notes=lambda results: iter([("times", f"There are {len(results.table('spans'))} spans.")]),
)
'''
FIGURE = '''"""Bars of the spans."""

from matplotlib.figure import Figure as Picture

from thresher.registry import Drawing, Figure


def draw(results, width):
    picture = Picture(figsize=(width, 2))
    spans = results.table("spans")
    picture.subplots().barh(spans["arm"].map(results.label), spans["span"])
    yield Drawing(picture)


FIGURE = Figure(
    title="Spans as bars",
    caption=lambda results: f"One bar for each of {len(results.study.arms)} arms.",
    section="times",
    draw=draw,
    needs=("spans",),
    paper=True,
)
'''


def test_one_file_each_adds_a_study_an_analysis_and_a_figure(after):
    package = after.root / "src" / "thresher"
    (package / "analyses" / "spans.py").write_text(ANALYSIS)
    (package / "figures" / "spans.py").write_text(FIGURE)
    after.derive("smoke", "mine", lambda study: study.update(question="Is it mine?"))
    assert after.jobs("mine")["spans"] == 1
    # Nothing that stood is trained or computed again.
    assert set(after.jobs("smoke")) == {"spans", "figures", "phone", "paper", "report"}

    after.run("smoke")
    table = pd.read_csv(after.results() / "tables" / "spans.csv")
    events = pd.read_csv(after.results() / "tables" / "events.csv").groupby("arm")["time"]
    spans = (events.max() - events.min()).to_dict()
    assert dict(zip(table["arm"], table["span"], strict=True)) == spans

    page = (after.results() / "report.html").read_text("utf-8")
    for text in (
        "How far apart an arm's runs are",
        "Span of it all",
        "There are 3 spans.",
        "Spans as bars",
        "One bar for each of 3 arms.",
        "spans.csv",
    ):
        assert text in html.unescape(page), text
    assert (after.results() / "figures" / "spans.svg").is_file()
    assert (after.results() / "paper" / "spans_single.pdf").is_file()
