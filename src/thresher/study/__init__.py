"""The study file: parsed, checked and fanned out into arms and blocks."""

from thresher.study.loading import StudyError, load
from thresher.study.plan import Analysis, Arm, Endpoint, Report, Study, Task, Training

__all__ = [
    "Analysis",
    "Arm",
    "Endpoint",
    "Report",
    "Study",
    "StudyError",
    "Task",
    "Training",
    "load",
]
