"""``study.json``: the checked study, as figures, report and analyses read it."""

import os
from pathlib import Path

from thresher.study.plan import Study


def read_document(path: str | os.PathLike[str]) -> Study:
    """Read what `Study.document` wrote, with all types.

    Raises
    ------
    ValueError
        Naming the file and the first value at fault.
    """
    try:
        return parse_document(Path(path).read_bytes())
    except (OSError, ValueError) as error:
        raise ValueError(f"{path}: {error}; delete it and run again, it is made anew") from None


def parse_document(text: str | bytes) -> Study:
    """Return the study that `Study.document` wrote as text, with all types.

    Raises
    ------
    ValueError
        Naming the first value at fault.
    """
    # Here, because Snakemake imports the package at every parse.
    from pydantic import TypeAdapter, ValidationError

    try:
        return TypeAdapter(Study).validate_json(text)
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(map(str, first["loc"])) or "the document"
        raise ValueError(f"{place}: {first['msg']}") from None
