"""``study.json`` and its parts: the checked study, as figures, report and analyses read it."""

import os
from pathlib import Path
from typing import Any, get_type_hints

from thresher.study.plan import ImportFacts, Study, completed_fields


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


def parse_document(text: str | bytes) -> Study:
    """Return the study that `Study.document` wrote as text, with all types.

    Raises
    ------
    ValueError
        Naming the first value at fault.
    """
    study: Study = _parse(text, Study)
    return study


class StudyPart:
    """Some fields of a study: what an analysis declares to depend on, and no more.

    Whatever else it asks for is an error, so that no analysis depends on what would not make
    Snakemake compute it anew.
    """

    metric = Study.metric
    paired = Study.paired
    contrast_reference = Study.contrast_reference

    def __init__(self, fields: dict[str, Any]) -> None:
        self.__dict__.update(fields)

    def __getattr__(self, name: str) -> Any:
        raise AttributeError(f"the analysis does not declare that it uses {name}; add it to uses")


def parse_part(text: str, facts: ImportFacts | None = None) -> StudyPart:
    """Return what `Study.part` wrote, with all types.

    Parameters
    ----------
    text : str
    facts : ImportFacts or None
        Of a study of imported runs.
    """
    import json

    kinds = get_type_hints(Study)
    given = {
        name: _parse(json.dumps(value), kinds[name]) for name, value in json.loads(text).items()
    }
    return StudyPart(given if facts is None else completed_fields(given, facts))


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
