"""The page itself: everything put into the template."""

import base64
import os
import re
from collections.abc import Mapping, Sequence
from importlib import resources
from pathlib import Path

import jinja2

from thresher import __version__
from thresher import format as say
from thresher.files import write_text
from thresher.report import sections
from thresher.report.answer import SIGNS, answer
from thresher.report.captions import CAPTIONS
from thresher.report.diagnostics import diagnostics
from thresher.report.embed import download, pack, script_hash
from thresher.report.inputs import Inputs, load
from thresher.report.method import method
from thresher.report.svg import inline

CONTENTS = (
    ("answer", "Answer"),
    ("curves", "Learning curves"),
    ("epochs", "Epochs to threshold"),
    ("contrasts", "Contrasts"),
    ("thresholds", "Other thresholds"),
    ("luck", "Was it the seed?"),
    ("models", "What the models do"),
    ("sensitivity", "Sensitivity"),
    ("diagnostics", "Diagnostics"),
    ("method", "How it was done"),
    ("downloads", "Downloads"),
)
_ICON = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 16 16"><path d="M2 3c3 8 6 9 12 10" '
    'fill="none" stroke="#0072b2" stroke-width="2.5"/><path d="M2 3c5 3 8 4 12 5" fill="none" '
    'stroke="#d55e00" stroke-width="2.5"/></svg>'
)


def write(
    settings: str,
    tables: Mapping[str, Path],
    figures: Path,
    phone: Path,
    runs: Sequence[Path],
    canary: Path,
    output: str | os.PathLike[str],
) -> None:
    """Write the report of a study as one self-contained HTML file, atomically.

    Parameters
    ----------
    settings : str
        What `Study.report_settings` gave.
    tables : mapping of str to path
        CSV files by the names of `tables.TABLES`; what a study does not have may be missing.
    figures, phone : path
        Folders of SVG files, for a page and for a phone.
    runs : sequence of path
        ``*.run.json`` of every block; may be empty.
    canary : path
        JSON of the determinism canary; need not exist.
    output : path
    """
    write_text(render(load(settings, tables, figures, phone, runs, canary)), output)


def render(inputs: Inputs) -> str:
    """Return the page as HTML."""
    files = resources.files("thresher.report")
    script = (files / "report.js").read_text(encoding="utf-8")
    environment = jinja2.Environment(autoescape=True, undefined=jinja2.StrictUndefined)
    template = environment.from_string((files / "report.html").read_text(encoding="utf-8"))
    settings = inputs.settings
    icon = base64.b64encode(_ICON.encode()).decode("ascii")
    return template.render(
        version=__version__,
        title=settings["report"]["title"],
        study=settings["name"],
        question=settings["question"],
        icon=f"data:image/svg+xml;base64,{icon}",
        css=(files / "report.css").read_text(encoding="utf-8"),
        js=script,
        script_hash=script_hash(script),
        signs=SIGNS,
        contents=CONTENTS,
        answer=answer(inputs),
        curves=sections.curves(inputs),
        epochs=sections.epochs(inputs),
        contrasts=sections.contrasts(inputs),
        thresholds=sections.thresholds(inputs),
        luck=sections.luck(inputs),
        models=sections.models(inputs),
        sensitivity=sections.sensitivity(inputs),
        diagnostics=diagnostics(inputs),
        method=method(inputs),
        downloads=[download(name, csv) for name, csv in inputs.csv.items()],
        packed_figures=_packed(inputs),
        plural=say.plural,
        count=say.count,
    )


def _packed(inputs: Inputs) -> dict[str, str]:
    """Pack the figures that the page shows only on demand or on a phone."""
    wanted = {name: svg for name, svg in inputs.figures.items() if _place(name) != name}
    wanted |= {f"phone-{name}": svg for name, svg in inputs.phone.items()}
    return {name: pack(_inlined(name, svg).encode()) for name, svg in wanted.items()}


def _place(name: str) -> str:
    """Return in whose place a figure is shown: that of another level, or scale."""
    return re.sub(r"^(survival|forest)_at_\d+$", r"\1_at", name).removesuffix("_log")


def _inlined(name: str, svg: str) -> str:
    place = _place(name.removeprefix("phone-"))
    return inline(svg, place, CAPTIONS[place][0])
