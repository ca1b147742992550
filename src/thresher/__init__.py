"""thresher: separates real differences between training configurations from seed luck."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from thresher.comparison import Comparison, compare
    from thresher.readers import ReadError, read

__version__ = "0.1.0"
__all__ = ["Comparison", "ReadError", "__version__", "compare", "read"]

_HOMES = {
    "Comparison": "thresher.comparison",
    "ReadError": "thresher.readers",
    "compare": "thresher.comparison",
    "read": "thresher.readers",
}


def __getattr__(name: str) -> Any:
    """Import what a notebook uses only when it is used: Snakemake imports the package, too."""
    if name not in _HOMES:
        raise AttributeError(f"module thresher has no attribute {name}")
    from importlib import import_module

    return getattr(import_module(_HOMES[name]), name)
