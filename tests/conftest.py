"""Makes `made_up` and `drawn` importable (importlib mode leaves sys.path alone)."""

import importlib.util
import sys
from pathlib import Path

for _name in ("made_up", "drawn"):
    _spec = importlib.util.spec_from_file_location(_name, Path(__file__).with_name(f"{_name}.py"))
    assert _spec
    assert _spec.loader
    _module = importlib.util.module_from_spec(_spec)
    sys.modules[_name] = _module
    _spec.loader.exec_module(_module)
