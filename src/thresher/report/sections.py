"""The page's sections: what the registry and the gallery have for each, in their order."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from thresher import analyses
from thresher.registry import SECTIONS, Analysis
from thresher.report import curves, diagnostics, grids
from thresher.report.curves import Controls
from thresher.report.grids import Grid
from thresher.report.material import Material
from thresher.report.pictures import Picture, pictures
from thresher.report.views import Filled, filled
from thresher.results import Results

_HEADINGS = {
    "answer": "The answer",
    "thresholds": "How far it depends on the threshold",
    "sensitivity": "Sensitivity analyses",
}
_ENDS = "How the runs end"
"""What the section on models is called without predictions: it has the final values only."""
_MADE_HERE = ("answer", "method", "downloads")
"""Sections that the page fills by itself, whether or not anything else belongs to them."""


@dataclass(frozen=True)
class Section:
    """A section: notes, grids, figures and tables, in that order.

    Attributes
    ----------
    id, name, heading : str
        Its anchor, how the contents call it, and its heading.
    controls : Controls or None
        Those of the learning curves, below the first figure.
    """

    id: str
    name: str
    heading: str
    notes: tuple[str, ...] = ()
    grids: tuple[Grid, ...] = ()
    figures: tuple[Picture, ...] = ()
    views: tuple[Filled, ...] = ()
    controls: Controls | None = None

    @property
    def empty(self) -> bool:
        """Whether there is nothing to be shown."""
        return not (self.notes or self.grids or self.figures or self.views)


def sections(material: Material) -> tuple[Section, ...]:
    """Fill every section of `registry.SECTIONS`; those without anything stay away."""
    found = (_section(material, key) for key in SECTIONS)
    return tuple(each for each in found if not each.empty or each.id in _MADE_HERE)


def _section(material: Material, key: str) -> Section:
    results = material.results
    times = results.study.axis.unit
    name = SECTIONS[key].format(Times=times[:1].upper() + times[1:])
    notes = _notes(results, key)
    own = Section(
        key,
        name,
        _HEADINGS.get(key, name),
        notes=tuple(text for _, text in notes),
        figures=pictures(material, key),
        views=tuple(_views(results, key)),
    )
    if key == "models" and not own.figures:
        return replace(own, name=_ENDS, heading=_ENDS)
    if key == "curves":
        return _with_controls(results, own)
    if key == "thresholds":
        return _with_grids(material, own, notes)
    if key == "diagnostics":
        texts = (*diagnostics.notes(material), *own.notes)
        return replace(own, notes=texts, views=(*diagnostics.views(material), *own.views))
    return own


def _notes(results: Results, section: str) -> list[tuple[Analysis, str]]:
    """List what the analyses say in a section, in the order of their tables there."""
    found = []
    for analysis in analyses.every().values():
        orders = [view.order for view in analysis.views if view.section == section]
        for place, text in analysis.notes(results) if analysis.notes else ():
            if place == section:
                found.append((min(orders, default=0), analysis, text))
    return [(analysis, text) for _, analysis, text in sorted(found, key=lambda note: note[0])]


def _views(results: Results, section: str) -> Iterator[Filled]:
    declared = [view for view in analyses.views() if view.section == section]
    for view in sorted(declared, key=lambda view: view.order):
        shown = filled(results, view)
        if shown is not None:
            yield shown


def _with_controls(results: Results, section: Section) -> Section:
    """Put the learning curves first, with their controls."""
    main = [picture for picture in section.figures if picture.slot == curves.FIGURE]
    if not main:
        return section
    rest = [picture for picture in section.figures if picture.slot != curves.FIGURE]
    return replace(section, figures=(*main, *rest), controls=curves.controls(results, main[0]))


def _with_grids(material: Material, section: Section, notes: list[tuple[Analysis, str]]) -> Section:
    """Add the grids, each with what its own analysis says."""
    by_table: dict[str, list[str]] = {}
    for analysis, text in notes:
        for table in analysis.tables:
            by_table.setdefault(table, []).append(text)
    found = grids.grids(material, by_table)
    taken = {text for grid in found for text in grid.notes}
    return replace(section, grids=found, notes=tuple(t for t in section.notes if t not in taken))
