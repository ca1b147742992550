"""The study file: parsed, checked and fanned out into arms and blocks."""

from thresher.study.document import parse_document, parse_part, read_document, read_facts
from thresher.study.goals import warnings_of
from thresher.study.imported import complete, in_study
from thresher.study.loading import StudyError, load, load_configured
from thresher.study.places import folder_of
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
    "complete",
    "folder_of",
    "in_study",
    "load",
    "load_configured",
    "parse_document",
    "parse_part",
    "read_document",
    "read_facts",
    "warnings_of",
]
