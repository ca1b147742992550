"""The contrast table for papers."""

import re

import pytest

import made_up
from thresher.report import write_paper
from thresher.report.paper import caption, heads_of, in_latex, in_markdown, rows_of


def written(folder, **case):
    results = made_up.results(**case) if case else made_up.usual()
    write_paper(results, folder)
    return (folder / "contrasts.md").read_text(), (folder / "contrasts.tex").read_text()


def test_markdown_has_a_row_for_every_contrast(tmp_path):
    markdown, _ = written(tmp_path)
    rows = [line for line in markdown.splitlines() if line.startswith("| ")]
    assert len(rows) == 2 + 7
    assert all(row.count(" | ") == len(heads_of(made_up.usual())) - 1 for row in rows)
    first = made_up.usual().table("contrasts").iloc[0]
    assert f"+{round(first['mean_difference'])} |" in rows[2]
    assert f"| {first['verdict']} |" in rows[2]


def test_the_caption_states_what_was_done(tmp_path):
    markdown, latex = written(tmp_path)
    said = markdown.splitlines()[-1]
    for part in (
        "Epochs to a held-out loss of 0.239 nats against lstm\\_forward",
        "within 1,000 epochs, evaluated every 5 epochs",
        "paired by seed",
        "over the 7 contrasts with the reference",
    ):
        assert part in said
    assert r"95 \%" in latex


def test_metric_and_axis_have_their_own_words():
    from thresher.metric import Axis

    case = {"arms": 3, "seeds": 8, "budget": 400, "imported": True, "axis": Axis("step", "steps")}
    results = made_up.results(metric="eval_accuracy", threshold=0.9, **case)
    text = caption(results) + " ".join(heads_of(results))
    assert text.startswith("Steps to a held-out accuracy of 0.9 against lstm_forward")
    assert "Difference (steps)" in text
    assert "epoch" not in text
    assert "nats" not in text


def test_one_arm_gives_an_empty_table(tmp_path):
    markdown, latex = written(tmp_path, arms=1, seeds=8)
    assert "no contrast" in markdown
    assert r"\bottomrule" in latex


def test_one_seed_gives_no_interval():
    rows = rows_of(made_up.results(arms=2, seeds=1, budget=400))
    assert rows[0][2] == rows[0][4] == "–"


def test_a_reference_at_the_threshold_from_the_start_gives_no_percent():
    rows = rows_of(made_up.results(arms=2, seeds=8, budget=400, threshold=100.0))
    assert rows[0][3:5] == ("–", "–")


@pytest.mark.parametrize(
    ("text", "expected"),
    [("a_b", r"a\_b"), ("50 %", r"50 \%"), ("−3", "$-$3"), ("a\\b", r"a\textbackslash{}b"),
     ("two\nlines", "two lines")],
)  # fmt: skip
def test_latex_takes_every_letter(text, expected):
    assert in_latex(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [("a_b", r"a\_b"), ("a|b", r"a\|b"), ("<b>", "&lt;b&gt;"), ("two\nlines", "two lines"),
     ("a*b*", r"a\*b\*"), ("[x](y)", r"\[x\](y)"), ("C&A", "C&amp;A"), ("+12 %", "+12 %")],
)  # fmt: skip
def test_markdown_takes_every_letter_for_itself(text, expected):
    assert in_markdown(text) == expected


def test_tables_are_well_formed_whatever_a_label_has(tmp_path):
    label = "50 % & more_{x} #1 ~^ | <b>\nline"
    markdown, latex = written(
        tmp_path, arms=3, seeds=8, budget=400, labels={"lstm_backward": label}
    )
    columns = len(heads_of(made_up.usual()))
    begun = re.findall(r"\\begin\{(\w+)\}", latex)
    assert begun == list(reversed(re.findall(r"\\end\{(\w+)\}", latex)))
    rows = [line for line in latex.splitlines() if line.endswith(r"\\")]
    assert len(rows) == 1 + 2
    for row in rows:
        assert len(re.findall(r"(?<!\\)&", row)) == columns - 1
        assert len(re.findall(r"(?<!\\)[%_#]", row)) == 0
    rows = [line for line in markdown.splitlines() if line.startswith("| ")]
    assert len(rows) == 2 + 2
    assert all(len(re.findall(r"(?<!\\)\|", row)) == columns + 1 for row in rows)
    assert "<b>" not in markdown
