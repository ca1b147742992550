"""Keras without the libraries of its pictures and wrappers, whose import takes a second."""

import sys
from importlib import import_module
from typing import Any

UNUSED = ("IPython", "matplotlib", "sklearn")
"""Keras does without them where they are not installed; a user's own model may import them."""


def import_keras() -> None:
    """Import Keras, and nothing of `UNUSED` with it."""
    modules: dict[str, Any] = sys.modules
    hidden = [name for name in UNUSED if name not in modules]
    modules |= dict.fromkeys(hidden)
    try:
        import_module("keras")
    finally:
        for name in hidden:
            del modules[name]
