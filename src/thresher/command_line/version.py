"""``thresher version``: what a bug report needs."""

import argparse
import importlib.metadata
import platform

from thresher import __version__
from thresher.command_line._command import DONE, Command, add_json

_PACKAGES = (
    "snakemake", "tensorflow", "keras", "numpy", "pandas", "pyarrow", "scipy", "matplotlib", "rich",
)  # fmt: skip


def arguments(parser: argparse.ArgumentParser) -> None:
    add_json(parser)


def run(given: argparse.Namespace) -> int:
    from thresher.command_line._printing import columns, print_json
    from thresher.project import root

    found = {
        "thresher": __version__,
        "workflow": str(root()),
        "python": platform.python_version(),
        "platform": platform.platform(),
        **{name: _version(name) for name in _PACKAGES},
    }
    if given.json:
        print_json(found)
    else:
        print("\n".join(columns((name, value or "not installed") for name, value in found.items())))
    return DONE


def _version(package: str) -> str | None:
    try:
        return importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        return None


COMMAND = Command(
    help="versions of thresher and of what it runs on, for a bug report",
    description="Print the versions of thresher and of the packages that it runs on.",
    arguments=arguments,
    run=run,
    order=90,
)
