"""Tables and figures → one self-contained HTML file, and the contrast table for papers."""

from thresher.report.page import write
from thresher.report.paper import write_paper

__all__ = ["write", "write_paper"]
