"""Put files into the page: compressed, as text, the same bytes on every call."""

import base64
import hashlib
import math
import zlib
from collections.abc import Mapping
from dataclasses import dataclass

from thresher import analyses
from thresher.study.plan import Study

CARRIED = 2_500_000
"""Characters of packed tables that the page carries at most; the largest are left out."""


_PIECE = 1 << 20


@dataclass(frozen=True)
class Download:
    """A table of the study.

    Attributes
    ----------
    name : str
        The table's name.
    rows : int
        Without the header.
    packed : str
        The CSV, gzip, base64. Without JavaScript it is offered as ``.csv.gz``. Empty where the
        page would become too large.
    columns : tuple of (str, str, str)
        Name, unit and meaning of each column of the schema.
    """

    name: str
    rows: int
    packed: str
    columns: tuple[tuple[str, str, str], ...]


def pack(content: bytes, most: float = math.inf) -> str:
    """Compress (gzip) and write as base64; no time stamp, so equal content is equal text.

    Nothing, where that would take more than so many characters: a table of millions of rows is
    given up before it is compressed as a whole.
    """
    packer, packed = zlib.compressobj(9, zlib.DEFLATED, 16 + zlib.MAX_WBITS), bytearray()
    for begin in range(0, len(content), _PIECE):
        packed += packer.compress(content[begin : begin + _PIECE])
        if len(packed) > most * 3 / 4:
            return ""
    return base64.b64encode(packed + packer.flush()).decode("ascii")


def downloads(csv: Mapping[str, bytes], study: Study) -> list[Download]:
    """Describe the tables' files, and pack them, the smallest first, as far as the page allows.

    A table without rows says what is not known of these runs, and stays away.
    """
    rows = {name: content.count(b"\n") - 1 for name, content in csv.items()}
    packed = {name: pack(content, CARRIED) for name, content in csv.items() if rows[name] > 0}
    carried, left = set(), CARRIED
    for name in sorted(filter(packed.get, packed), key=lambda name: len(packed[name])):
        left -= len(packed[name])
        if left >= 0:
            carried.add(name)
    return [
        Download(
            name=name,
            rows=rows[name],
            packed=packed[name] if name in carried else "",
            columns=_columns(name, study),
        )
        for name in packed
    ]


def _columns(name: str, study: Study) -> tuple[tuple[str, str, str], ...]:
    units = {"metric": study.metric.unit, "axis": study.axis.unit}
    schema = analyses.schemas()[name]
    return tuple((key, units.get(f.unit, f.unit), f.meaning) for key, f in schema.items())


def script_hash(script: str) -> str:
    """Return what a content security policy allows this very script by."""
    return "sha256-" + base64.b64encode(hashlib.sha256(script.encode()).digest()).decode("ascii")
