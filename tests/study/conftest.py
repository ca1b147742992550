"""A small valid study, changed and loaded from a temporary file."""

import copy
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from thresher.study import Study, StudyError, load

VALID: dict[str, Any] = {
    "question": "Which learns faster?",
    "task": {"name": "cumulative_sum", "timesteps": 6},
    "variants": {
        "one": {"model": "lstm", "units": 4},
        "both": {"model": "bilstm", "units": 4, "merge_mode": ["sum", "concat"]},
    },
    "reference": "one",
    "seeds": 8,
    "training": {"epochs": 60},
    "endpoint": {"threshold": 0.5},
}
Change = Callable[[dict[str, Any]], object]


@pytest.fixture
def content() -> dict[str, Any]:
    """What the valid study file holds, to be changed at will."""
    return copy.deepcopy(VALID)


@pytest.fixture
def study(content, tmp_path: Path) -> Callable[..., Study]:
    """Load the valid study, changed: `study(lambda content: content.update(seeds=3))`."""

    def changed(change: Change = lambda content: None) -> Study:
        own = copy.deepcopy(content)
        change(own)
        path = tmp_path / "made.yaml"
        path.write_text(yaml.safe_dump(own, sort_keys=False))
        return load(path)

    return changed


@pytest.fixture
def errors(tmp_path: Path) -> Callable[[str | bytes], list[str]]:
    """Load a text that is wrong and return its errors, without the file's name."""

    def of(text: str | bytes) -> list[str]:
        path = tmp_path / "made.yaml"
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        with pytest.raises(StudyError) as caught:
            load(path)
        lines = str(caught.value).splitlines()
        assert all(line.startswith(f"{path}: ") for line in lines)
        return [line.removeprefix(f"{path}: ") for line in lines]

    return of


def put(content: dict[str, Any], key: str, value: Any) -> None:
    """Set a key, its parts joined by slashes; None deletes it."""
    *path, last = key.split("/")
    for part in path:
        content = content.setdefault(part, {})
    if value is None:
        del content[last]
    else:
        content[last] = value


@pytest.fixture
def lines_of(errors, content) -> Callable[..., list[str]]:
    """Change keys of the valid study, load it and return its errors."""

    def changed(changes: dict[str, Any]) -> list[str]:
        for key, value in changes.items():
            put(content, key, value)
        return errors(yaml.safe_dump(content, sort_keys=False))

    return changed


@pytest.fixture
def line_of(lines_of) -> Callable[[str, Any], str]:
    """Change one key of the valid study, load it and return its only error."""

    def changed(key: str, value: Any) -> str:
        lines = lines_of({key: value})
        assert len(lines) == 1, lines
        return str(lines[0])

    return changed
