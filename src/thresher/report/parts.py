"""What a section of the page is made of."""

from dataclasses import dataclass

from thresher.report.captions import Figure
from thresher.report.views import View


@dataclass(frozen=True)
class Section:
    """Notes, figures and tables, in that order."""

    notes: tuple[str, ...] = ()
    figures: tuple[Figure, ...] = ()
    views: tuple[View, ...] = ()
