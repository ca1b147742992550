"""The live view of thresher as a logger of Snakemake: ``snakemake --logger thresher``."""

import json
import logging
import os
import shutil
import sys
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Optional

from snakemake_interface_logger_plugins.base import LogHandlerBase
from snakemake_interface_logger_plugins.common import LogEvent
from snakemake_interface_logger_plugins.settings import LogHandlerSettingsBase

# What follows from a job that failed, which is shown by itself.
_FOLLOWS = {"RuleException", "CalledProcessError", "SpawnedJobError"}
_SUMS_UP = ("Exiting because a job execution failed", "At least one job did not complete")
_STOPPED = "Terminating processes on user request"


@dataclass
class LogHandlerSettings(LogHandlerSettingsBase):
    """Options ``--logger-thresher-…``."""

    study: Optional[str] = field(  # noqa: UP045 (Snakemake reads the annotation)
        default=None, metadata={"help": "the study file, to count its runs", "required": False}
    )
    jobs: Optional[str] = field(  # noqa: UP045
        default=None,
        metadata={"help": "a file for the jobs of a dry run, as JSON", "required": False},
    )


class LogHandler(LogHandlerBase):
    """Shows a workflow on standard error: one view on a terminal, plain lines elsewhere."""

    def __post_init__(self) -> None:
        # Snakemake imports every logger at every start; what is heavy waits until it is wanted.
        from rich.console import Console

        from thresher import progress
        from thresher.live.happening import Happening
        from thresher.live.showing import Lines, Shown, View

        console = Console(stderr=True, highlight=False)
        if self.common_settings.nocolor:
            console.no_color = True
        # Set before any job begins, whose environment this is, too.
        given = os.environ.get(progress.FOLDER)
        self._ours = None if given else progress.FOLDER
        folder = given or tempfile.mkdtemp(prefix="thresher-")
        os.environ[progress.FOLDER] = folder
        Path(folder).mkdir(parents=True, exist_ok=True)
        self._happening = Happening(folder=folder)
        study = getattr(self.settings, "study", None)
        self._file: str | None = study
        title = Path(study).stem if study else "thresher"
        if study and title == "study":
            title = Path(study).absolute().parent.name
        on_terminal = console.is_terminal and not console.is_dumb_terminal
        self._shown: Shown = (
            View(self._happening, console, title)
            if on_terminal
            else Lines(self._happening, console)
        )
        self._jobs: list[dict[str, Any]] = []
        self._open = True

    @property
    def writes_to_stream(self) -> bool:
        return True

    @property
    def writes_to_file(self) -> bool:
        return False

    @property
    def has_filter(self) -> bool:
        return True

    @property
    def has_formatter(self) -> bool:
        return False

    @property
    def needs_rulegraph(self) -> bool:
        return False

    def emit(self, record: logging.LogRecord) -> None:
        """Take one of Snakemake's messages."""
        try:
            if self.common_settings.dryrun and getattr(self.settings, "jobs", None):
                self._note(record)
            elif self.common_settings.dryrun or self.common_settings.verbose:
                self._say(record)
            else:
                self._take(getattr(record, "event", None), record)
        except Exception:
            self.handleError(record)

    def _take(self, event: Any, record: logging.LogRecord) -> None:
        fields = vars(record)
        if event == LogEvent.RUN_INFO:
            self._plan(fields.get("stats", {}))
        elif event == LogEvent.JOB_INFO:
            self._happening.begin(fields)
        elif event == LogEvent.JOB_FINISHED:
            if job := self._happening.finish(int(fields["job_id"])):
                self._shown.finished(job)
        elif event == LogEvent.JOB_ERROR:
            self._shown.failed(self._happening.fail(fields))
        elif str(record.msg).startswith(_STOPPED):
            self._happening.stopped = True
        elif record.levelno >= logging.WARNING and not self._follows(event, record):
            self._say(record)

    def _note(self, record: logging.LogRecord) -> None:
        """Keep what a dry run would do."""
        fields = vars(record)
        if fields.get("event") == LogEvent.JOB_INFO:
            wildcards = dict(fields.get("wildcards") or {})
            self._jobs.append({"rule": fields["rule_name"], "wildcards": wildcards})
        elif record.levelno >= logging.WARNING:
            self._say(record)

    def _follows(self, event: Any, record: logging.LogRecord) -> bool:
        """Tell whether an error only says that a job failed, or was stopped."""
        from_job = event == LogEvent.ERROR and vars(record).get("exception") in _FOLLOWS
        summed_up = any(text in str(record.msg) for text in _SUMS_UP)
        if self._happening.failures and summed_up:
            return True
        return self._happening.stopped or from_job or event == LogEvent.GROUP_ERROR

    def _plan(self, stats: dict[str, int]) -> None:
        """Begin: the working folder is the study's now, and jobs are about to start."""
        if self._file and self._happening.study is None:
            from thresher.project import root
            from thresher.study import load

            self._happening.study = load(self._file, root())
        self._happening.plan(stats)
        self._shown.planned()

    def _say(self, record: logging.LogRecord) -> None:
        text = self.format(record)
        if text and text != "None":
            self._shown.say(text)

    def close(self) -> None:
        """End the view, and leave what is to stay."""
        if getattr(self, "_open", False):
            self._open = False
            if file := getattr(self.settings, "jobs", None):
                Path(file).write_text(json.dumps(self._jobs), encoding="utf-8")
            self._shown.end()
            shutil.rmtree(self._happening.folder, ignore_errors=True)
            if self._ours:
                os.environ.pop(self._ours, None)
            sys.stderr.flush()
        super().close()
