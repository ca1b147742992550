"""``study.json`` and its parts: the checked study, as figures, report and analyses read it."""

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any, get_type_hints

from thresher.study.plan import ImportFacts, Study, completed_fields, counted


def read_document(path: str | os.PathLike[str]) -> Study:
    """Read what `Study.document` wrote, with all types.

    Raises
    ------
    ValueError
        Naming the file and the first value at fault.
    """
    study: Study = _read(path, Study)
    return study


def read_facts(path: str | os.PathLike[str]) -> ImportFacts:
    """Read ``import.json``: what the logs of a study hold; raises as `read_document`."""
    facts: ImportFacts = _read(path, ImportFacts)
    return facts


def read_models(path: str | os.PathLike[str]) -> dict[str, Any]:
    """Read what the runs of a study say of their models; raises as `read_document`."""
    found: dict[str, Any] = _read(path, dict[str, Any])
    return found


def parse_document(text: str | bytes) -> Study:
    """Return the study that `Study.document` wrote as text, with all types.

    Raises
    ------
    ValueError
        Naming the first value at fault.
    """
    study: Study = _parse(text, Study)
    return study


class _Part(Study):
    """A study of which only some fields are there."""

    def __getattribute__(self, name: str) -> Any:
        known = object.__getattribute__(self, "__dict__")
        if name in Study.__dataclass_fields__ and name not in known:
            raise AttributeError(f"this stage does not say that it uses the study's {name}")
        return object.__getattribute__(self, name)


def parse_part(
    text: str, facts: ImportFacts | None = None, models: Mapping[str, Any] | None = None
) -> Study:
    """Return a study as a stage of the workflow is to see it.

    Parameters
    ----------
    text : str
        What `Study.part` wrote: the fields that the stage says it uses. Any other is an
        `AttributeError`, so that no stage depends on what it would not notice a change of.
    facts : ImportFacts or None
        Of a study of imported runs.
    models : mapping or None
        What the runs say of their models, where the study does not know it; see `Study.counted`.

    Raises
    ------
    ValueError
        Naming the first value at fault.
    """
    kinds = get_type_hints(Study)
    given = {
        name: _parse(json.dumps(value), kinds[name]) for name, value in json.loads(text).items()
    }
    study = object.__new__(_Part)
    given = given if facts is None else completed_fields(given, facts)
    if models is not None and "arms" in given:
        given["arms"] = counted(given["arms"], models)
    for name, value in given.items():
        object.__setattr__(study, name, value)
    return study


def _read(path: str | os.PathLike[str], kind: Any) -> Any:
    try:
        return _parse(Path(path).read_bytes(), kind)
    except (OSError, ValueError) as error:
        raise ValueError(f"{path}: {error}; delete it and run again, it is made anew") from None


def _parse(text: str | bytes, kind: Any) -> Any:
    # Here, because Snakemake imports the package at every parse.
    from pydantic import TypeAdapter, ValidationError

    try:
        return TypeAdapter(kind).validate_json(text)
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(map(str, first["loc"])) or "the document"
        raise ValueError(f"{place}: {first['msg']}") from None
