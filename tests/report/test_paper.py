"""The contrast table for papers."""

import json
import re

import pytest
import synthetic

from thresher.report import write_paper
from thresher.report.paper import HEADS, escape
from thresher.tables import write_table


def written(folder, settings=None, **case):
    shape = {"arms": case.get("arms", 8), "seeds": case.get("seeds", 32)}
    paths = {}
    for name in ("arms", "contrasts"):
        paths[name] = folder / f"{name}.csv"
        write_table(synthetic.tables(**case)[name], name, paths[name])
    write_paper(json.dumps(synthetic.settings(**shape, **(settings or {}))), paths, folder)
    return (folder / "contrasts.md").read_text(), (folder / "contrasts.tex").read_text()


def test_markdown_has_a_row_for_every_contrast(tmp_path):
    markdown, _ = written(tmp_path)
    rows = [line for line in markdown.splitlines() if line.startswith("| ")]
    assert len(rows) == 2 + 7
    assert all(row.count(" | ") == len(HEADS) - 1 for row in rows)
    first = synthetic.tables()["contrasts"].iloc[0]
    assert f"+{round(first['mean_difference'])} |" in rows[2]
    assert f"| {first['verdict']} |" in rows[2]


def test_the_caption_states_what_was_done(tmp_path):
    markdown, latex = written(tmp_path)
    caption = markdown.splitlines()[-1]
    for part in ("0.239 nats", "within 1,000 epochs", "paired by seed", "Holm over 7 contrasts"):
        assert part in caption
    assert r"95 \%" in latex


def test_one_arm_gives_an_empty_table(tmp_path):
    markdown, latex = written(tmp_path, arms=1, seeds=8)
    assert "no contrast" in markdown
    assert r"\bottomrule" in latex


@pytest.mark.parametrize(
    ("text", "expected"),
    [("a_b", r"a\_b"), ("50 %", r"50 \%"), ("−3", "$-$3"), ("a\\b", r"a\textbackslash{}b")],
)
def test_latex_takes_every_letter(text, expected):
    assert escape(text) == expected


def test_latex_is_well_formed(tmp_path):
    _, latex = written(tmp_path, settings={"labels": {"bilstm sum": "50 % & more_{x} #1 ~^"}})
    begun = re.findall(r"\\begin\{(\w+)\}", latex)
    assert begun == list(reversed(re.findall(r"\\end\{(\w+)\}", latex)))
    rows = [line for line in latex.splitlines() if line.endswith(r"\\")]
    assert len(rows) == 1 + 7
    for row in rows:
        assert len(re.findall(r"(?<!\\)&", row)) == len(HEADS) - 1
        assert len(re.findall(r"(?<!\\)%", row)) == 0
        assert len(re.findall(r"(?<!\\)_", row)) == 0
