"""Parquet files whose damage is noticed: page checksums, a digest kept beside, one clear line.

Page checksums do not cover headers and the footer, so that a flipped bit there may still read as
other data. The SHA-256 that a block's ``*.run.json`` keeps under ``digests`` covers every bit.
"""

import hashlib
import json
import os
from collections.abc import Mapping, Sequence
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from thresher.files import atomic

Name = str | os.PathLike[str]

REMEDY = "delete it and run again: only its block is made again"


class TraceError(ValueError):
    """A file of traces or predictions that can't be used: the file, why, and what to do."""


class CheckedFile:
    """A Parquet file, read whole and verified before anything in it is believed.

    Parameters
    ----------
    path : path
    digest : str, optional
        The SHA-256 that it must have.

    Attributes
    ----------
    metadata : dict of str to str
        The file's key-value metadata, Arrow's own left out.
    columns : list of str

    Raises
    ------
    TraceError
        If it can't be read, is another file than was written, or is no Parquet file.
    """

    def __init__(self, path: Name, digest: str | None = None) -> None:
        self.path = path
        content = read_bytes(path, digest)
        try:
            self._file = pq.ParquetFile(pa.BufferReader(content), page_checksum_verification=True)
            raw = self._file.schema_arrow.metadata or {}
            self.metadata = {key.decode(): value.decode() for key, value in raw.items()}
        except (pa.ArrowException, OSError, ValueError) as error:
            raise _unreadable(path, error) from None
        self.columns: list[str] = self._file.schema_arrow.names

    def read(self, columns: Sequence[str]) -> pa.Table:
        """Return these columns, without metadata.

        Raises
        ------
        TraceError
            If a page's checksum or its values are not right.
        """
        try:
            table = self._file.read(columns=list(columns))
            table.validate(full=True)
        except (pa.ArrowException, OSError, ValueError) as error:
            raise _unreadable(self.path, error) from None
        return table.replace_schema_metadata(None)


def _unreadable(path: Name, error: Exception) -> TraceError:
    reason = " ".join(str(error).split())
    return TraceError(f"{path}: is not readable as Parquet ({reason:.120}); {REMEDY}")


def read_bytes(path: Name, digest: str | None = None) -> bytes:
    """Read a file, so that what is parsed afterwards is what was verified.

    Raises
    ------
    TraceError
        If it is missing, a folder, empty, unreadable, or not what was written.
    """
    try:
        content = Path(path).read_bytes()
    except FileNotFoundError:
        raise TraceError(f"{path}: is missing; run again: only its block is made again") from None
    except IsADirectoryError:
        raise TraceError(f"{path}: is a folder; {REMEDY}") from None
    except OSError as error:
        raise TraceError(f"{path}: can't be read: {error.strerror}; {REMEDY}") from None
    if not content:
        raise TraceError(f"{path}: is empty; {REMEDY}")
    found = hashlib.sha256(content).hexdigest()
    if digest is not None and found != digest:
        raise TraceError(
            f"{path}: is not what was written: its SHA-256 is {found[:12]}…, "
            f"but was {digest[:12]}…; {REMEDY}"
        )
    return content


def write_parquet(table: pa.Table, path: Name, metadata: Mapping[str, str]) -> str:
    """Write a table atomically, with page checksums, the same bytes for the same content.

    Returns
    -------
    str
        The SHA-256 of what was to be written, in hexadecimal digits.
    """
    sink = pa.BufferOutputStream()
    table = table.replace_schema_metadata(metadata)
    pq.write_table(table, sink, compression="zstd", write_page_checksum=True)
    content = sink.getvalue().to_pybytes()
    with atomic(path) as temporary:
        temporary.write_bytes(content)
    return hashlib.sha256(content).hexdigest()


def verify(path: Name, digest: str) -> None:
    """Compare a file with the SHA-256 that it had when it was written.

    Raises
    ------
    TraceError
        If any bit differs, or the file can't be read.
    """
    read_bytes(path, digest)


def check_digests(run: Name, **files: Name) -> None:
    """Verify files of a block against the digests in its ``*.run.json``.

    Parameters
    ----------
    run : path
    **files : path
        By kind: ``traces=…, predictions=…``.

    Raises
    ------
    TraceError
    """
    for kind, path in files.items():
        verify(path, digest_of(run, kind))


def digest_of(run: Name, kind: str) -> str:
    """Return the digest that a ``*.run.json`` keeps of its block's traces or predictions.

    Raises
    ------
    TraceError
        If the file can't be read, or keeps none.
    """
    content = read_bytes(run)
    try:
        digest = json.loads(content)["digests"][kind]
    except (ValueError, LookupError, TypeError, RecursionError):
        digest = None
    if not isinstance(digest, str):
        raise TraceError(f"{run}: has no digest of the block's {kind}; {REMEDY}")
    return digest
