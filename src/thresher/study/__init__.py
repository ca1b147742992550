"""The study file: parsed, checked and fanned out into arms and blocks."""

from thresher.study.document import parse_document, read_document, study_of
from thresher.study.goals import warnings_of
from thresher.study.loading import StudyError, load, load_configured
from thresher.study.plan import Analysis, Arm, Endpoint, Presentation, Study, Task
from thresher.training_options import Training

__all__ = [
    "Analysis",
    "Arm",
    "Endpoint",
    "Presentation",
    "Study",
    "StudyError",
    "Task",
    "Training",
    "load",
    "load_configured",
    "parse_document",
    "read_document",
    "study_of",
    "warnings_of",
]
