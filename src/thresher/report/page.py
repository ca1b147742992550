"""The page itself: everything put into the template."""

import base64
import os
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from importlib import resources

import jinja2
from markupsafe import Markup, escape

from thresher import __version__
from thresher import format as say
from thresher.files import write_text
from thresher.report.answer import answer
from thresher.report.embed import downloads, script_hash
from thresher.report.material import Material, load
from thresher.report.method import method
from thresher.report.pictures import packed
from thresher.report.sections import sections
from thresher.results import Results
from thresher.study.plan import Study

# Letters written from right to left, and marks that turn what follows them.
# Letters that fit into a phone's column of arms.
_LONG = 16
_TURNED = {"R", "AL", "RLE", "RLO", "RLI", "FSI"}
_Path = str | os.PathLike[str]
_ICON = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 16 16"><path d="M2 3c3 8 6 9 12 10" '
    'fill="none" stroke="#0072b2" stroke-width="2.5"/><path d="M2 3c5 3 8 4 12 5" fill="none" '
    'stroke="#d55e00" stroke-width="2.5"/></svg>'
)


def write(
    results: Results,
    tables: Mapping[str, _Path],
    figures: _Path,
    phone: _Path,
    output: _Path,
    runs: Sequence[_Path] = (),
    canary: _Path | None = None,
) -> None:
    """Write the report of a study as one self-contained HTML file, atomically.

    Parameters
    ----------
    results : Results
    tables : mapping of str to path
        The CSV file of every table, which the page carries.
    figures, phone : path
        What `gallery.draw_all` wrote, for a page and for a phone.
    output : path
    runs : sequence of path
        ``*.run.json`` of every block; none for runs that were made elsewhere.
    canary : path or None
        JSON of the determinism canary.

    Raises
    ------
    GalleryError, ValueError, OSError
        Naming the file, if one is missing or can't be read.
    """
    write_text(render(load(results, tables, figures, phone, runs, canary)), output)


def render(material: Material) -> str:
    """Return the page as HTML."""
    files = resources.files("thresher.report")
    script = (files / "report.js").read_text(encoding="utf-8")
    environment = jinja2.Environment(
        autoescape=True, undefined=jinja2.StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    environment.filters |= {"prose": prose_with(material.results.study), "breakable": breakable}
    template = environment.from_string((files / "report.html").read_text(encoding="utf-8"))
    study, shown = material.results.study, sections(material)
    visible = [
        picture
        for section in shown
        for picture in (*section.figures, *(p for grid in section.grids for p in grid.figures))
    ]
    icon = base64.b64encode(_ICON.encode()).decode("ascii")
    return template.render(
        version=__version__,
        study=study,
        icon=f"data:image/svg+xml;base64,{icon}",
        css=(files / "report.css").read_text(encoding="utf-8"),
        js=script,
        script_hash=script_hash(script),
        sections=shown,
        answer=answer(material),
        method=method(material),
        downloads=downloads(material.csv, study),
        packed_figures=packed(material, visible),
        say=say,
    )


def prose_with(study: Study) -> Callable[[str], Markup]:
    """Return a filter that keeps labels written from right to left apart from what is around."""
    labels = {study.label(arm.label) for arm in study.arms}
    turned = sorted((label for label in labels if _right_to_left(label)), key=len, reverse=True)

    def prose(text: str) -> Markup:
        written = str(escape(text))
        for label in turned:
            written = written.replace(str(escape(label)), f"<bdi>{escape(label)}</bdi>")
        return Markup(written)

    return prose


def breakable(name: str) -> Markup:
    """Let a long word in the name of an arm go on after an underscore on the next line."""
    words = str(escape(name)).split(" ")
    return Markup(" ".join(w.replace("_", "_<wbr>") if len(w) > _LONG else w for w in words))


def _right_to_left(text: str) -> bool:
    return any(unicodedata.bidirectional(letter) in _TURNED for letter in text)
