"""What stands in a small JSON or YAML file beside a log: the seed, the options of its run."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from thresher.readers._files import LogFile, decoded
from thresher.readers._reader import Key, Options
from thresher.readers._records import flattened

_MOST = 4 * 1024**2


def beside(
    file: LogFile, names: Sequence[str], options: Options
) -> tuple[dict[str, Key], tuple[Path, ...]]:
    """Read the wanted names from the first such file in the log's folder.

    A file that is missing, damaged or large says nothing: the log's path and the user's words
    can still name the run.

    Parameters
    ----------
    file : LogFile
    names : sequence of str
        File names, such as ``config.json``; ``.yaml`` needs PyYAML.
    options : Options

    Returns
    -------
    keys : dict of str to str
    paths : tuple of Path
        The file that was read.
    """
    folder = file.path if file.is_folder else file.path.parent
    for path in (folder / name for name in names):
        content = small(path)
        if isinstance(content, dict):
            flat = flattened(content)
            keys: dict[str, Key] = {
                name: str(flat[name])
                for name in sorted(options.keys)
                if isinstance(flat.get(name), (str, int, float))
            }
            return keys, (path,)
    return {}, ()


def small(path: Path) -> Any:
    """Parse a small JSON or YAML file; None where there is none, or it is damaged."""
    try:
        if not path.is_file() or path.stat().st_size > _MOST:
            return None
        text = decoded(path.read_bytes())
        if path.suffix == ".json":
            return json.loads(text)
        return _yaml(text)
    except (OSError, ValueError, RecursionError):
        return None


def _yaml(text: str) -> Any:
    try:
        import yaml
    except ImportError:
        return None
    try:
        return yaml.safe_load(text)
    except yaml.YAMLError:
        return None
