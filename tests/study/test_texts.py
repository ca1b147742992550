"""Texts that people read: kept as they are, in one line, and telling arms apart."""

import json

import pytest

from thresher.study import read_document

HOSTILE = [
    "Is {study} any good?",
    "{wildcards.study} {{x}} {",
    "}{",
    r"$\mathbf{h}_t$ and \alpha",
    "100 % of %s %(x)s",
    "\"double\" 'single' `back`",
    "<script>alert(1)</script> & <b>",
    "a | b _c_ *d* # e",
    "👩‍🔬🇦🇶",
    "\u202eabc\u202c \u200f\u05d0\u05d1 \u0627\u0644",
    "日本語",
    "=1+1",
    "\ttab",
]


@pytest.mark.parametrize("text", HOSTILE)
def test_a_text_may_hold_what_can_be_shown(study, tmp_path, text):
    def change(content):
        content["question"] = text
        panel = {"title": text, "arms": ["one"]}
        content["report"] = {"title": text, "labels": {"one": text}, "panels": [panel]}

    made = study(change)
    own = " ".join(text.split())
    assert (made.question, made.report.title, made.report.panels[0].title) == (own, own, own)
    assert made.label("one") == text
    (tmp_path / "study.json").write_text(made.document(), "utf-8")
    assert read_document(tmp_path / "study.json") == made
    assert json.loads(made.document())["question"] == own


def test_lines_of_a_question_are_joined(study):
    made = study(lambda c: c.update(question="Is it\n  so?\n", report={"title": "A\nb"}))
    assert (made.question, made.report.title) == ("Is it so?", "A b")


@pytest.mark.parametrize(
    ("label", "said"),
    [
        ("", 'must be a text that is not empty, but was ""'),
        ("  ", 'must be a text that is not empty, but was "  "'),
        ("a\nb", 'must be in one line, but was "a\\nb"; join its lines'),
        ("a\r", 'must be in one line, but was "a\\r"; join its lines'),
        ("x" * 201, "must be at most 200 characters long, but has 201; shorten it"),
        ("a\x07b", "has the character U+0007, which nothing can show; remove it"),
        ("\ud800", "has the character U+D800, which nothing can show; remove it"),
        ("both sum", "is both sum, as the arm both sum is called; tell them apart"),
    ],
)
def test_a_label_that_cannot_stand_in_a_table_is_refused_in_one_line(lines_of, label, said):
    (line,) = lines_of({"report/labels": {"one": label}})
    assert line == f"report.labels.one {said}"


def test_a_label_of_200_characters_may_stand(study):
    assert (
        study(lambda c: c.update(report={"labels": {"one": "x" * 200}})).label("one") == "x" * 200
    )


def test_two_arms_of_one_label_are_told(lines_of):
    lines = lines_of({"report/labels": {"one": "LSTM", "both sum": " LSTM"}})
    assert lines == [
        "report.labels.one is LSTM, as the arm both sum is called; tell them apart",
        'report.labels.both sum is " LSTM", as the arm one is called; tell them apart',
    ]


def test_two_arms_may_swap_their_names(lines_of, study):
    # Each would be taken for the other.
    lines = lines_of({"report/labels": {"both sum": "both concat", "both concat": "both sum"}})
    assert len(lines) == 2


def test_a_label_may_be_the_arm_s_own_name(study):
    assert study(lambda c: c.update(report={"labels": {"one": "one"}})).label("one") == "one"


@pytest.mark.parametrize("key", ["question", "report/title", "report/panels"])
def test_a_character_that_no_file_could_hold_is_named(lines_of, key):
    bad = "a\x1b[31mb"
    value = [{"title": bad, "arms": ["one"]}] if key == "report/panels" else bad
    (line,) = lines_of({key: value})
    assert line.startswith(key.replace("/", "."))
    assert line.endswith("has the character U+001B, which nothing can show; remove it")
