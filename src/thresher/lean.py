"""Libraries without others that they can do without, and whose import takes seconds."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
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
