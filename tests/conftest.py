"""Makes the made-up study importable as `made_up` (importlib mode leaves sys.path alone)."""

import importlib.util
import sys
from pathlib import Path

_spec = importlib.util.spec_from_file_location("made_up", Path(__file__).with_name("made_up.py"))
assert _spec
assert _spec.loader
made_up = importlib.util.module_from_spec(_spec)
sys.modules["made_up"] = made_up
_spec.loader.exec_module(made_up)
