"""``thresher init``: a commented study of some kind, with the files that it names."""

import argparse
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from thresher.command_line._command import DONE, Command

_TEMPLATES = Path(__file__).parent / "templates"
KINDS: Mapping[str, str] = {
    "model": "models and a task of your own, in Keras",
    "data": "your data in a file, models that come with thresher",
    "program": "any program, run once for each arm and seed",
    "traces": "logs of runs that exist",
    "wandb": "runs tracked with Weights & Biases",
}
# Written so that no tool takes a template for a module.
_ENDING = ".txt"


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("folder", metavar="FOLDER", help="the new folder; the study has its name")
    parser.add_argument(
        "--from",
        dest="kind",
        choices=list(KINDS),
        default="model",
        help="what the runs come from (model, without): "
        + "; ".join(f"{kind}: {about}" for kind, about in KINDS.items()),
    )


def run(given: argparse.Namespace) -> int:
    from thresher.study.places import OF_FOLDER, check_name

    folder = Path(given.folder)
    check_name(folder / f"{OF_FOLDER}.yaml")
    written = write(folder, given.kind)
    for name in written:
        print(f"wrote {folder / name}")
    print(f"next: thresher check {folder}, thresher plan {folder}, thresher run {folder}")
    return DONE


def write(folder: Path, kind: str) -> list[str]:
    """Write a study of a kind, and make what its scripts make; return the files' names.

    Raises
    ------
    UserError
        Where one of them is there already; then none is written.
    """
    from thresher.files import write_text
    from thresher.logs import UserError

    sources = sorted(path for path in (_TEMPLATES / kind).iterdir() if path.is_file())
    texts = {
        source.name.removesuffix(_ENDING): source.read_text(encoding="utf-8") for source in sources
    }
    there = [folder / name for name in texts if (folder / name).exists()]
    if folder.exists() and not folder.is_dir():
        there = [folder]
    if there:
        raise UserError(
            "\n".join(f"{path}: is there already; choose another folder" for path in there)
        )
    for name, text in texts.items():
        shown = folder.as_posix()
        write_text(text.replace("{folder}", shown) if name == "study.yaml" else text, folder / name)
    for name in texts:
        if name.startswith("make_"):
            subprocess.run([sys.executable, str(folder / name)], check=True)
    return list(texts)


COMMAND = Command(
    help="begin a study: a commented file with what it needs, that runs as it is",
    description="""\
Write a commented study into a new folder, with the files that it names. It runs as it is, in less
than a minute; change it step by step into your own. Nothing that is there is overwritten.
""",
    arguments=arguments,
    run=run,
    order=10,
)
