"""Texts of the user's own, each with a label: a CSV file; one class a text.

A text is the sequence of its words, in lower case: letters, digits and `_`, with apostrophes
inside. Which words are known is decided by the engine, from what a run trains on.
"""

import csv
import io
import re
import unicodedata
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from thresher.declarations import DATA_OPTIONS, Option, TaskDeclaration, Words
from thresher.logs import UserError

Examples = tuple[np.ndarray, np.ndarray]
Options = Mapping[str, Any]
_WORD = re.compile(r"\w+(?:['’]\w+)*")


class _Texts(NamedTuple):
    """What a file holds: words by number, labels by number, and what the numbers stand for."""

    x: np.ndarray
    y: np.ndarray
    words: tuple[str, ...]
    classes: tuple[str, ...]


def data(options: Options) -> Examples:
    """Return the words of all texts, shape ``(texts, timesteps)``, and the class of each.

    Words are numbered from 1 on in alphabetical order, which says nothing of how frequent they
    are; after a text's end there is 0. Texts of more than `length` words are cut.
    """
    found = _read(options)
    return found.x, found.y


def words(options: Options) -> Words:
    """Say how many words there are, and how many of them may be known."""
    different = len(_read(options).words)
    return Words(different, min(options["vocabulary"], different), options["embedding"])


def classes(options: Options) -> tuple[str, ...]:
    """Return the labels in their sorted order."""
    return _read(options).classes


def _read(options: Options) -> _Texts:
    path = Path(options["file"])
    if not path.is_file():
        raise UserError(f"{path}: no such file of texts; correct task.file")
    state = path.stat()
    given = (str(path), options["text"], options["label"], options["length"])
    return _numbered(*given, state.st_mtime_ns, state.st_size)


@lru_cache(maxsize=2)
def _numbered(path: str, text: str, label: str, length: int, mtime: int, size: int) -> _Texts:
    """Read, check and number a file; `mtime` and `size` tell a changed one apart."""
    name = Path(path).name
    texts, labels = _columns(name, _rows(Path(path)), text, label)
    levels, y = np.unique(labels, return_inverse=True)
    if len(levels) < 2:
        raise UserError(f"{name}: {label} has the one class {levels[0]}; give at least two")
    cut = [found[:length] for found in texts]
    known = sorted({word for found in cut for word in found})
    numbers = {word: number for number, word in enumerate(known, 1)}
    x = np.zeros((len(cut), max(map(len, cut))), np.float32)
    for row, found in zip(x, cut, strict=True):
        row[: len(found)] = [numbers[word] for word in found]
    return _Texts(x, y.astype(np.float32)[:, None], tuple(known), tuple(map(str, levels)))


def _rows(path: Path) -> list[tuple[int, list[str]]]:
    """Return the rows of a CSV file, its header first, each with the line that it ends in."""
    content = path.read_bytes()
    try:
        decoded = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise UserError(f"{path.name}, line {line}: is not UTF-8; save the file as UTF-8") from None
    reader = csv.reader(io.StringIO(decoded, newline=""), strict=True)
    try:
        return [(reader.line_num, row) for row in reader if row]
    except csv.Error as error:
        raise UserError(
            f"{path.name}, line {reader.line_num}: {error}; is a quotation mark missing?"
        ) from None


def _columns(
    name: str, rows: list[tuple[int, list[str]]], text: str, label: str
) -> tuple[list[list[str]], list[str]]:
    """Return the words of each text, and its label."""
    header = [column.strip() for column in rows[0][1]] if rows else []
    for key, column in (("text", text), ("label", label)):
        if header.count(column) != 1:
            found = "no" if column not in header else "more than one"
            there = ", ".join(header) or "none"
            raise UserError(
                f"{name}: has {found} column {column}; there are {there}; set task.{key}"
            )
    texts, labels = [], []
    for line, row in rows[1:]:
        if len(row) != len(header):
            raise UserError(
                f"{name}, line {line}: has {len(row)} fields, but the header {len(header)}; put "
                "texts with commas in quotation marks"
            )
        found = row[header.index(label)].strip()
        said = unicodedata.normalize("NFC", row[header.index(text)]).lower()
        spoken = _WORD.findall(said)
        if not spoken:
            raise UserError(f"{name}, line {line}: {text} has no word; leave the line out")
        if not found:
            raise UserError(f"{name}, line {line}: {label} is empty; fill it in")
        texts.append(spoken)
        labels.append(found)
    if len(texts) < 2:
        raise UserError(f"{name}: has {len(texts)} texts below its header; give more")
    return texts, labels


def _inputs(options: Options) -> tuple[int, ...]:
    return data(options)[0].shape[1:]


def draw(generator: np.random.Generator, options: Options, n: int) -> Examples:
    """Draw n of the texts, with replacement."""
    x, y = data(options)
    rows = generator.integers(len(x), size=n)
    return x[rows], y[rows]


TASK = TaskDeclaration(
    options={
        "file": Option(str, help="A CSV file beside the study file, in UTF-8, with a header."),
        "text": Option(str, "text", help="The column of the texts."),
        "label": Option(str, "label", help="The column of their labels, words or numbers."),
        "vocabulary": Option(
            int,
            10_000,
            "words",
            minimum=1,
            maximum=1_000_000,
            help="Most words that are known: the most frequent ones of the training part.",
        ),
        "length": Option(
            int,
            100,
            "words",
            minimum=1,
            maximum=10_000,
            help="Words of a text that are read; the rest is cut off.",
        ),
        "embedding": Option(
            int, 32, minimum=1, maximum=4096, help="Numbers in a word's vector, which is trained."
        ),
        **DATA_OPTIONS,
    },
    loss="sparse_categorical_crossentropy",
    inputs=_inputs,
    outputs=lambda options: (1,),
    draw=draw,
    held_out=draw,
    classes=classes,
    data=data,
    files=("file",),
    words=words,
)
