"""``study.json``: the checked study, as figures, report and analyses read it."""

import json
import os
from dataclasses import fields
from pathlib import Path
from typing import get_type_hints

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


def study_of(part: str, path: str | os.PathLike[str] | None = None) -> Study:
    """Return a study as a stage of the workflow is to see it.

    Parameters
    ----------
    part : str
        What `Study.part` wrote: the fields that the stage says it uses. Any other is an
        `AttributeError`, so that no stage depends on what it would not notice a change of.
    path : path, optional
        ``study.json``, where the study is whole only there, since its logs had to be read first.

    Raises
    ------
    ValueError
        Naming the file or the first value at fault.
    """
    from pydantic import TypeAdapter

    if path is not None:
        return read_document(path)
    given, types = json.loads(part), get_type_hints(Study)
    study = object.__new__(_Part)
    for field in fields(Study):
        if field.name in given:
            value = TypeAdapter(types[field.name]).validate_python(given[field.name])
            object.__setattr__(study, field.name, value)
    return study


class _Part(Study):
    """A study of which only some fields are there."""

    def __getattribute__(self, name: str) -> object:
        if name in Study.__dataclass_fields__ and name not in object.__getattribute__(
            self, "__dict__"
        ):
            raise AttributeError(f"this stage reads the study's {name}, which it does not say")
        return super().__getattribute__(name)
