"""Makes `made_up`, `drawn` and `trial` importable (importlib mode leaves sys.path alone), and keeps
tests side by side on one process where they share what is dear to set up."""

import importlib.util
import os
import sys
from pathlib import Path

import pytest

for _name in ("made_up", "drawn", "trial"):
    _spec = importlib.util.spec_from_file_location(_name, Path(__file__).with_name(f"{_name}.py"))
    assert _spec
    assert _spec.loader
    _module = importlib.util.module_from_spec(_spec)
    sys.modules[_name] = _module
    _spec.loader.exec_module(_module)

# Folders whose modules set up a browser, reports or a cluster.
_DEAR = {"report", "cluster"}


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Name the group of each test that names none, as ``--dist loadgroup`` asks for.

    Tests of a dear folder are a group; elsewhere those of a folder that look at the same case are.
    """
    for item in items:
        if item.get_closest_marker("xdist_group"):
            continue
        folder, given = item.path.parent.name, getattr(item, "callspec", None)
        case = given.params.get("case") if given else None
        if folder in _DEAR or isinstance(case, str):
            group = folder if folder in _DEAR else f"{folder}, {case}"
            item.add_marker(pytest.mark.xdist_group(group))


def pytest_xdist_auto_num_workers() -> int:
    """Return one more than there are cores: a cluster's tests wait for most of their time."""
    return len(os.sched_getaffinity(0)) + 1 if hasattr(os, "sched_getaffinity") else 2
