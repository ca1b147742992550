"""YAML as people mean it; what is no YAML is named with its line."""

import pytest

from thresher.study.reading import read

SYNTAX = [
    # text, line, what the message must say
    ("question: a\nseeds: [1,\n", 3, "a flow node that begins in line 3"),
    ("question: a\nseeds: {a: 1\ntask: 3\n", 3, "flow mapping that begins in line 2"),
    ("question: a\n\tseeds: 1\n", 2, "'\\t'"),
    ("question: 'a\n\n", 3, "quoted scalar that begins in line 1"),
    ("a: 1\n b: 2\n", 2, "mapping values are not allowed"),
    ("a: *nobody\n", 1, "undefined alias"),
    ("a: 1\n---\nb: 2\n", 2, "found another document"),
    ("a: @b\n", 1, "'@'"),
    ("a: 1\nb: 2\na: 3\n", 3, "a stands twice, first in line 1; remove one"),
    ("task:\n  name: x\n  name: y\n", 3, "name stands twice, first in line 2; remove one"),
    ("? [a, b]\n: 3\n", 1, "a key must be a word; give one"),
    ("a: 1\nb: \x07\n", 2, "character #x0007 is not allowed; remove it"),
    ("a: 1\nb: !mine 3\n", 2, "the tag !mine is not allowed; remove it"),
    ("a: !!python/object/apply:os.getcwd []\n", 1, "is not allowed; remove it"),
    ("a: !!timestamp 2026-01-01\n", 1, "is not allowed; remove it"),
    ("a: !!set {b, c}\n", 1, "is not allowed; remove it"),
    ("a: !!int x\n", 1, "can't read x as int; remove the tag"),
    ("a: !!bool x\n", 1, "can't read x as bool; remove the tag"),
    ("a: !!map x\n", 1, "can't read x as map; remove the tag"),
    ("a: &a {b: *a}\n", 1, "refers to itself; write it out"),
    ("a: &a [*a, *a]\n", 1, "refers to itself; write it out"),
]


@pytest.mark.parametrize(("text", "line", "reason"), SYNTAX)
def test_a_syntax_error_is_named_with_its_line(errors, text, line, reason):
    (message,) = errors(text)
    assert message.startswith(f"line {line}: ")
    assert reason in message


UNUSABLE = [
    ("", "is empty; start from config/studies/smoke.yaml"),
    ("# only a comment\n", "is empty"),
    ("- a\n", "must be a mapping, but was ['a']"),
    ("just words\n", "must be a mapping, but was just words"),
    (b"question: \xff\n", "byte 10 is not UTF-8; save the file as UTF-8"),
    ("a: " + "[" * 100 + "]" * 100, "is nested too deeply; make it flat"),
    ("a: " + "[" * 5000, "is nested too deeply; make it flat"),
    ("1: a\n", "the key 1 must be a word; put it in quotes"),
    ("task: {null: a}\n", "task: the key empty must be a word; put it in quotes"),
    ("task: {true: a}\n", "task: the key true must be a word; put it in quotes"),
    ('"a\\nb": 1\n', 'the key "a\\nb" must be a word'),
    ('"": 1\n', 'the key "" must be a word'),
]


@pytest.mark.parametrize(("text", "reason"), UNUSABLE, ids=range(len(UNUSABLE)))
def test_what_is_no_mapping_of_words_is_refused(errors, text, reason):
    (message,) = errors(text)
    assert reason in message


def test_a_file_that_unfolds_to_millions_of_values_is_refused_at_once(errors):
    text = "a: &a [1, 1, 1, 1, 1, 1, 1, 1, 1, 1]\n"
    for name, before in zip("bcdefg", "abcdef", strict=True):
        text += f"{name}: &{name} [{', '.join([f'*{before}'] * 10)}]\n"
    (message,) = errors(text)
    assert message == "the study must hold at most 20000 values; make it smaller"


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1e-3", 0.001),
        ("1E5", 100_000.0),
        ("2.", 2.0),
        ("-.5", -0.5),
        ("+7", 7),
        ("007", 7),
        ("1_000", "1_000"),
        ("0x10", "0x10"),
        ("1:30", "1:30"),
        ("1:30.5", "1:30.5"),
        ("2026-01-01", "2026-01-01"),
        ("on", "on"),
        ("yes", "yes"),
        ("no", "no"),
        ("true", True),
        ("False", False),
        ("~", None),
        ("null", None),
        ("inf", "inf"),
        ("-.inf", float("-inf")),
        ("'8'", "8"),
    ],
)
def test_plain_values_are_what_people_mean(tmp_path, text, value):
    path = tmp_path / "made.yaml"
    path.write_text(f"value: {text}\n")
    read_value = read(path)["value"]
    assert read_value == value
    assert type(read_value) is type(value)


def test_anchors_merge_keys_and_a_byte_order_mark_are_taken(tmp_path):
    path = tmp_path / "made.yaml"
    path.write_text("\ufeffa: &a {b: 1, c: 2}\nd: {<<: *a, c: 3}\n", encoding="utf-8")
    assert read(path) == {"a": {"b": 1, "c": 2}, "d": {"b": 1, "c": 3}}
