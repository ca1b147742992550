"""The files that a study names as its program's code: a digest of their content."""

import hashlib
from collections.abc import Iterable
from pathlib import Path

from thresher.command.filling import CommandError


def code_digest(files: Iterable[str], folder: str | Path = ".") -> str:
    """Digest the files, and all files in the folders, that a study names under ``code:``.

    Raises
    ------
    CommandError
        Where one is not there.
    """
    total = hashlib.sha256()
    for name in sorted(files):
        path = Path(folder, name)
        inside = sorted(p for p in path.rglob("*") if p.is_file()) if path.is_dir() else [path]
        for file in inside:
            if "__pycache__" in file.parts:
                continue
            try:
                content = file.read_bytes()
            except OSError as error:
                reason = (error.strerror or str(error)).lower()
                raise CommandError(f"code: {name} can't be read: {reason}; correct it") from None
            shown = file.relative_to(folder).as_posix() if path.is_dir() else name
            total.update(f"{shown}\n".encode())
            total.update(hashlib.sha256(content).digest())
    return total.hexdigest()[:16]


def missing_files(code: Iterable[str], folder: Path) -> list[str]:
    """Name the files or folders of ``code:`` that are not there."""
    return [name for name in code if not (folder / name).exists()]
