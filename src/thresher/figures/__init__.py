"""Tables to matplotlib figures: no statistics, and files only by `save`."""

from thresher.figures.saving import save

__all__ = ["save"]
