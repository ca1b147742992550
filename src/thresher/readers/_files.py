"""One log file as readers see it: its head, its bytes, its digest; size-checked, never executed."""

import hashlib
import stat
import zlib
from collections.abc import Mapping
from functools import cached_property
from pathlib import Path

from thresher.files import digest
from thresher.readers._layout import Layout, layout
from thresher.readers._patterns import Found
from thresher.readers._problems import NotALogError, ReadError

MAX_BYTES = 2 * 1024**3
HEAD_BYTES = 64 * 1024
FIRST_LINES = 200
_SMALL = 64 * 1024**2
_ARCHIVES = {
    b"PK\x03\x04": "zip",
    b"PK\x05\x06": "zip",
    b"BZh": "bzip2",
    b"\xfd7zXZ\x00": "xz",
    b"\x28\xb5\x2f\xfd": "zstd",
    b"7z\xbc\xaf\x27\x1c": "7z",
    b"Rar!": "rar",
}


class LogFile:
    """A file, or a folder for readers that take one.

    Attributes
    ----------
    path : Path
    shown : str
        Its path for messages.
    names : mapping of str to str
        What its path says.
    """

    def __init__(self, found: Found) -> None:
        self.path: Path = found.path
        self.shown: str = found.shown
        self.names: Mapping[str, str] = found.names

    @cached_property
    def is_folder(self) -> bool:
        return self.path.is_dir()

    @cached_property
    def size(self) -> int:
        """Bytes on disk, checked: a regular file, not too large."""
        try:
            status = self.path.stat()
        except OSError as error:
            raise ReadError(f"{self.shown}: can't be opened ({error.strerror})") from None
        if not stat.S_ISREG(status.st_mode):
            raise ReadError(f"{self.shown}: is not a regular file; name log files only")
        if status.st_size > MAX_BYTES:
            raise ReadError(
                f"{self.shown}: {status.st_size} bytes, more than the {MAX_BYTES} that are read; "
                "split it"
            )
        return status.st_size

    @cached_property
    def name(self) -> str:
        """The file's name in lower case, without ``.gz``."""
        return self.path.name.lower().removesuffix(".gz")

    @cached_property
    def _raw(self) -> bytes:
        return self._opened(self.size)

    def _opened(self, size: int) -> bytes:
        try:
            with self.path.open("rb") as file:
                return file.read(size)
        except OSError as error:
            raise ReadError(f"{self.shown}: can't be read ({error.strerror})") from None

    @cached_property
    def head(self) -> bytes:
        """The first `HEAD_BYTES` bytes, decompressed; empty for a folder."""
        if self.is_folder:
            return b""
        raw = self._raw if self.size <= _SMALL else self._opened(HEAD_BYTES)
        return self._unpacked(raw, HEAD_BYTES, whole=False)[:HEAD_BYTES]

    @cached_property
    def text_head(self) -> str:
        """The head as text, without a byte-order mark."""
        return decoded(self.head)

    @cached_property
    def lines(self) -> list[str]:
        """The first lines of the head, at most `FIRST_LINES`."""
        head = self.text_head
        if "\n" not in head[1:] and len(self.head) == HEAD_BYTES:
            head = decoded(self.read())  # a header that is longer than the head
        return [line.removesuffix("\r") for line in head.split("\n", FIRST_LINES)[:FIRST_LINES]]

    @cached_property
    def header(self) -> tuple[str, ...]:
        """The names in the header line, if the file is a table of text, else empty."""
        return self.layout.header if self.layout else ()

    @cached_property
    def layout(self) -> Layout | None:
        """How the file is laid out, if it is a table of text."""
        return None if b"\0" in self.head and not _is_utf16(self.head) else layout(self.lines)

    def read(self) -> bytes:
        """Return the whole file, decompressed, at most `MAX_BYTES`.

        Raises
        ------
        NotALogError
            Where the file is empty.
        ReadError
            Where it is too large, an archive, or damaged.
        """
        data = self._unpacked(self._raw, MAX_BYTES, whole=True)
        if not data or data.isspace():
            raise NotALogError("it is empty")
        return data

    def _unpacked(self, raw: bytes, most: int, whole: bool) -> bytes:
        if not raw.startswith(b"\x1f\x8b"):
            return raw
        engine = zlib.decompressobj(wbits=31)
        try:
            data = engine.decompress(raw, most)
        except zlib.error as error:
            raise ReadError(f"{self.shown}: damaged gzip ({error})") from None
        if whole and engine.unconsumed_tail:
            raise ReadError(f"{self.shown}: more than {most} bytes when unpacked; split it")
        if whole and not engine.eof:
            raise ReadError(f"{self.shown}: the gzip file ends too early; copy it again")
        return data

    def refuse_archives(self) -> None:
        """Raise `ReadError` for an archive or a pickle."""
        if self.is_folder:
            return
        kind = next((kind for mark, kind in _ARCHIVES.items() if self.head.startswith(mark)), None)
        if self.head[257:262] == b"ustar":
            kind = "tar"
        if kind == "zip" and self.name.endswith(".npz"):
            return
        if kind:
            raise ReadError(f"{self.shown}: is a {kind} archive, which is not opened; unpack it")
        if self.name.endswith((".pkl", ".pickle", ".pt", ".pth", ".joblib")):
            raise ReadError(
                f"{self.shown}: a pickle can run code and is never opened; export a CSV instead"
            )

    def digest(self) -> str:
        """Return the SHA-256 of the bytes on disk."""
        if "_raw" in self.__dict__:
            return hashlib.sha256(self._raw).hexdigest()
        return digest(self.path)

    def release(self) -> None:
        """Forget the bytes."""
        for name in ("_raw", "head", "text_head", "lines"):
            self.__dict__.pop(name, None)


def decoded(data: bytes) -> str:
    """Decode text by its byte-order mark, else as UTF-8; what is no text becomes ``\\ufffd``."""
    if _is_utf16(data):
        return data.decode("utf-16", errors="replace")
    return data.decode("utf-8-sig", errors="replace")


def _is_utf16(data: bytes) -> bool:
    return data.startswith((b"\xff\xfe", b"\xfe\xff"))
