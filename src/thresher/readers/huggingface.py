"""Hugging Face's ``trainer_state.json``: training and evaluation records in one list."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import PurePosixPath

from thresher.readers._files import LogFile
from thresher.readers._problems import ReadError
from thresher.readers._reader import Options, Piece, Reader
from thresher.readers._records import flattened, from_records
from thresher.readers.json_lists import parse

_AXES = {"step": ("step", "steps", "global step"), "epoch": ("epoch", "epochs")}


def sniff(file: LogFile) -> int:
    """A JSON object with ``log_history``."""
    text = file.text_head
    return 3 if text.lstrip().startswith("{") and '"log_history"' in text else 0


def read(files: Sequence[LogFile], options: Options) -> list[Piece]:
    """Read one state; the states in a training's ``checkpoint-…`` folders are one run."""
    (file,) = files
    content = parse(file)
    history = content.get("log_history") if isinstance(content, dict) else None
    if not isinstance(history, list) or not all(isinstance(record, dict) for record in history):
        raise ReadError(f"{file.shown}: log_history is no list of records; is it a trainer state?")
    records = [flattened(record) for record in history]
    piece = from_records(file, records, options, usual="eval_loss", axes=_AXES)
    folder = PurePosixPath(file.shown).parent
    if folder.name.startswith("checkpoint-"):
        folder = folder.parent
    return [replace(piece, keys={"run": folder.as_posix(), **piece.keys})]


READER = Reader("huggingface", "Hugging Face trainer_state.json", sniff, read)
