"""What happens while a study runs, from Snakemake's events: one view on a terminal, else lines."""

from thresher.live.happening import Event, Happening
from thresher.live.showing import Lines, Shown, View

__all__ = ["Event", "Happening", "Lines", "Shown", "View"]
