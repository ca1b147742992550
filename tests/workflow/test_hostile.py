"""Whatever a user's texts and paths hold, Snakemake reads nothing into them."""

import html
import json

import pytest
import yaml

from thresher.study import read_document
from thresher.study.names import argument

pytestmark = pytest.mark.workflow

TEXTS = [
    "Is {study} any good? {wildcards.study} {{twice}} {",
    r"$\mathbf{h}_t$ \alpha $(date) `date` $HOME",
    "\"double\" 'single' 100 % %s | * _ #",
    "<script>alert(1)</script> &amp; <b>",
    "👩‍🔬 日本語 \u202eabc\u202c \u200f\u05d0",
]
FOLDER = "{dir} ü 'q' \"d\" $x \\b 100% 👩‍🔬 \u200f\u05d0 #1 [a] *? !h &z ;s (p) ~"


def hostile(study: dict) -> None:
    """Put hostile texts wherever a study has one, and make it short."""
    study["question"] = " ".join(TEXTS) + "\nA second line."
    study["report"] = {
        "title": " ".join(reversed(TEXTS)),
        "labels": {"lstm_forward": TEXTS[0], "bilstm sum": TEXTS[3] + TEXTS[4]},
        "panels": [{"title": TEXTS[2], "arms": ["lstm_forward", "bilstm sum"]}],
    }
    study["metric"] = {"name": "eval_loss", "label": "loss {of} it", "unit": "{nats}"}
    study["seeds"] = 2
    study["training"]["epochs"] = 20


def test_a_study_full_of_hostile_texts_runs_to_its_report(project):
    project.derive("smoke", "own", hostile)
    project.run("own")
    study = read_document(project.results("own") / "study.json")
    assert study.question == " ".join(TEXTS) + " A second line."
    assert study.label("lstm_forward") == TEXTS[0]
    page = (project.results("own") / "report.html").read_text("utf-8")
    assert html.escape(TEXTS[0]) in page
    assert "<script>alert" not in page
    assert "loss {of} it" in page
    # Nothing was read into them, so that nothing has changed.
    assert project.jobs("own") == {}


def test_a_project_and_a_study_in_folders_of_any_name_are_planned_and_run(project, tmp_path):
    base = tmp_path / FOLDER
    base.mkdir()
    moved = type(project)(project.root.rename(base / "project"))
    content = yaml.safe_load(moved.path("smoke").read_text())
    hostile(content)
    (base / "own.yaml").write_text(yaml.safe_dump(content, allow_unicode=True), "utf-8")
    arguments = ["--config", "study=../own.yaml"]
    jobs = moved.planned(*arguments)
    assert (jobs["train_block"], jobs["report"]) == (3, 1)
    ended = moved.snakemake("results/own/study.json", *arguments)
    assert ended.returncode == 0, ended.stdout + ended.stderr
    document = json.loads((moved.results("own") / "study.json").read_text("utf-8"))
    assert document["path"] == (base / "own.yaml").as_posix()
    assert document["report"]["title"] == " ".join(reversed(TEXTS))
    assert "study" not in moved.planned(*arguments)


@pytest.mark.parametrize(
    "folder",
    [
        "my studies",
        "{dir}",
        "'q' \"d\"",
        "$x `date`",
        "a\\b",
        "100% ü👩‍🔬\u200f\u05d0",
        "a #1: [b]",
    ],
)
def test_a_study_s_folder_may_be_called_anything(project, folder):
    (project.root / folder).mkdir()
    project.path("smoke").rename(project.root / folder / "own.yaml")
    arguments = ["--config", f"study={argument(f'{folder}/own.yaml')}"]
    ended = project.snakemake("results/own/study.json", *arguments)
    assert ended.returncode == 0, ended.stdout + ended.stderr
    document = json.loads((project.results("own") / "study.json").read_text("utf-8"))
    assert document["path"] == f"{folder}/own.yaml"
