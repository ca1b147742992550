"""Put files into the page: compressed, as text, the same bytes on every call."""

import base64
import gzip
import hashlib
from dataclasses import dataclass

from thresher.tables import TABLES


@dataclass(frozen=True)
class Download:
    """A table that the page carries.

    Attributes
    ----------
    name : str
        The table's name.
    rows, size : int
        Rows without the header; bytes of the CSV.
    packed : str
        The CSV, gzip, base64. Without JavaScript it is offered as ``.csv.gz``.
    digest : str
        SHA-256 of the CSV.
    columns : tuple of (str, str, str)
        Name, unit and meaning of each column of the schema.
    """

    name: str
    rows: int
    size: int
    packed: str
    digest: str
    columns: tuple[tuple[str, str, str], ...]


def pack(content: bytes) -> str:
    """Compress and write as base64; no time stamp, so equal content is equal text."""
    return base64.b64encode(gzip.compress(content, compresslevel=9, mtime=0)).decode("ascii")


def download(name: str, csv: bytes) -> Download:
    """Describe and pack a table's file."""
    return Download(
        name=name,
        rows=max(csv.count(b"\n") - 1, 0),
        size=len(csv),
        packed=pack(csv),
        digest=hashlib.sha256(csv).hexdigest(),
        columns=tuple((c, column.unit, column.meaning) for c, column in TABLES[name].items()),
    )


def script_hash(script: str) -> str:
    """Return what a content security policy allows this very script by."""
    return "sha256-" + base64.b64encode(hashlib.sha256(script.encode()).digest()).decode("ascii")
