"""Texts are read as words, numbered without regard to frequency; what is wrong is said."""

import pytest

from thresher.logs import UserError
from thresher.tasks.text import TASK
from thresher.training.job import settled, source_of

CONTENT = """label,text,by
good,"Well, it's FUN!",a
bad,not fun,b

good,"fun fun, fun and
more fun",a
"""


def options(path, **given):
    defaults = {name: option.default for name, option in TASK.options.items()}
    return {**defaults, "file": str(path), **given}


@pytest.fixture
def texts(tmp_path):
    def write(content: str | bytes):
        path = tmp_path / "texts.csv"
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    return write


def test_words_are_numbered_by_the_alphabet_and_padded(texts):
    for content in (CONTENT, CONTENT.encode("utf-8-sig")):
        chosen = options(texts(content))
        x, y = TASK.data(chosen)
        # and 1, fun 2, it's 3, more 4, not 5, well 6
        assert x.tolist() == [[6, 3, 2, 0, 0, 0], [5, 2, 0, 0, 0, 0], [2, 2, 2, 1, 4, 2]]
        assert y.ravel().tolist() == [1, 0, 1]
        assert TASK.classes(chosen) == ("bad", "good")
        source = source_of(settled(TASK, chosen), chosen)
        assert source.classes.tolist() == [1, 0, 1]
        assert (source.words.different, source.words.known, source.words.width) == (6, 6, 32)


def test_texts_are_cut_and_a_vocabulary_is_as_large_as_asked_for(texts):
    chosen = options(texts(CONTENT), length=2, vocabulary=3, embedding=5)
    x, _ = TASK.data(chosen)
    # fun 1, it's 2, not 3, well 4: words that are never read are none
    assert x.tolist() == [[4, 2], [3, 1], [1, 1]]
    words = TASK.words(chosen)
    assert (words.different, words.known, words.width, words.rows) == (4, 3, 5, 5)


def test_letters_are_the_same_however_they_are_coded(texts):
    x, _ = TASK.data(options(texts("text,label\ncaf\u00e9,1\nCAFE\u0301,2\n")))
    assert x.tolist() == [[1], [1]]


def test_columns_go_by_their_names(texts):
    chosen = options(texts(CONTENT), text="by", label="text")
    assert TASK.data(chosen)[0].ravel().tolist() == [1, 2, 1]


WRONG = {
    "another column": (CONTENT, {"text": "review"}, "has no column review; there are label, text"),
    "a column twice": ("text,label,text\na,b,c\n", {}, "has more than one column text; there are"),
    "an empty file": ("", {}, "has no column text; there are none; set task.text"),
    "no texts": ("text,label\n", {}, "has 0 texts below its header; give more"),
    "a text without words": ("text,label\na,1\n?!,2\n", {}, ", line 3: text has no word; leave"),
    "a label that is not there": ("text,label\na,1\nb, \n", {}, ", line 3: label is empty; fill"),
    "a comma in a text": ("text,label\na, b,1\n", {}, ", line 2: has 3 fields, but the header 2"),
    "one class": ("text,label\na,1\nb,1\n", {}, "label has the one class 1; give at least two"),
    "an open quotation mark": ('text,label\n"a,1\nb,2\n', {}, "; is a quotation mark missing?"),
    "another encoding": ("text,label\na,1\né,2\n".encode("latin-1"), {}, ", line 3: is not UTF-8"),
}


@pytest.mark.parametrize(("content", "given", "line"), WRONG.values(), ids=WRONG)
def test_what_is_wrong_is_one_line(texts, content, given, line):
    with pytest.raises(UserError) as error:
        TASK.data(options(texts(content), **given))
    assert str(error.value).startswith("texts.csv")
    assert line in str(error.value)
    assert "\n" not in str(error.value)


def test_a_file_that_is_not_there_is_one_line(tmp_path):
    with pytest.raises(UserError, match=r"none\.csv: no such file of texts; correct task\.file"):
        TASK.data(options(tmp_path / "none.csv"))
