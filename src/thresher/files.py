"""Files written whole or not at all, with the same bytes on every system."""

import errno
import hashlib
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

# What no program can mend: full, over quota, read-only, not ours.
DISK_PROBLEMS = {errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EACCES}


@contextmanager
def atomic(path: str | os.PathLike[str]) -> Iterator[Path]:
    """Give a unique temporary path beside `path`; rename it into place if nothing fails.

    A reader sees the old file, or the whole new one, never a half, even after a power cut: the
    file is on the disk before the rename, and the rename before this returns. Killed in between,
    a ``.<name>.*.tmp`` file that nobody reads is left.

    Raises
    ------
    OSError
        That names the target, where the disk is full or can't be written to.
    """
    target = Path(path)
    with _named(target):
        target.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(prefix=f".{target.name}.", suffix=".tmp", dir=target.parent)
        os.close(handle)
        temporary = Path(name)
        try:
            yield temporary
            _sync(temporary)
            temporary.chmod(0o666 & ~_umask())
            temporary.replace(target)
            _sync(target.parent)
        finally:
            temporary.unlink(missing_ok=True)


@contextmanager
def _named(target: Path) -> Iterator[None]:
    """Have an error of the disk name the file that was to be written."""
    try:
        yield
    except OSError as error:
        if error.errno in DISK_PROBLEMS:
            raise OSError(error.errno, os.strerror(error.errno), str(target)) from None
        raise


def _sync(path: Path) -> None:
    """Wait until a file, or what a folder lists, is on the disk."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


def write_text(text: str, path: str | os.PathLike[str]) -> None:
    """Write text as UTF-8, atomically, with the same bytes on every system."""
    with atomic(path) as temporary:
        temporary.write_text(text, encoding="utf-8", newline="\n")


def digest(path: str | os.PathLike[str]) -> str:
    """Return the SHA-256 of a file's bytes, as hexadecimal digits."""
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
