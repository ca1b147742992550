"""Libraries without others that they can do without, and whose import takes seconds."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from importlib.util import find_spec, module_from_spec
from typing import Any


@contextmanager
def without(*names: str) -> Iterator[None]:
    """Let imports in this context find none of these modules; later ones find them again.

    Parameters
    ----------
    *names : str
        Modules; what is imported already stays.
    """
    modules: dict[str, Any] = sys.modules
    hidden = [name for name in names if name not in modules]
    modules |= dict.fromkeys(hidden)
    try:
        yield
    finally:
        for name in hidden:
            del modules[name]


@contextmanager
def bare(package: str) -> Iterator[None]:
    """Let modules of a package be imported in this context without what it imports beside them.

    What a module asks its package for later is looked for in the whole one, imported then.

    Parameters
    ----------
    package : str
        Such as ``scipy.stats``; nothing is left out where it is imported already.
    """
    spec = find_spec(package)
    if spec is None or package in sys.modules:
        yield
        return
    shell: Any = module_from_spec(spec)
    shell.__getattr__ = lambda name: getattr(import_module(package), name)
    sys.modules[package] = shell
    try:
        yield
    finally:
        del sys.modules[package]
