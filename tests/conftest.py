"""Makes `made_up`, `drawn` and `trial` importable (importlib mode leaves sys.path alone), and keeps
tests side by side on one process where they share what is dear to set up."""

import importlib.util
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

# Folders whose modules set up a browser, reports, trained blocks or a cluster.
_DEAR = {"report", "training", "cluster"}


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Name the group of each test of a dear folder, as ``--dist loadgroup`` asks for."""
    for item in items:
        if item.path.parent.name in _DEAR:
            item.add_marker(pytest.mark.xdist_group(item.path.parent.name))
