"""Snakemake as a process: its arguments, its profiles, and the signals that end it."""

import contextlib
import json
import os
import pkgutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from types import FrameType
from typing import Any

from thresher import progress
from thresher.command_line._study import Place
from thresher.extras import require
from thresher.logs import UserError
from thresher.project import root
from thresher.study.calling import check_profile
from thresher.study.names import argument

_CORES = ("--cores", "-c", "--jobs", "-j", "--executor", "-e")
_PLAIN = ("--logger", "--quiet", "-q", "--verbose", "--dry-run", "--dryrun", "-n")
_LOGGER = "snakemake_logger_plugin_thresher"
_PROFILE_FILES = ("profile.yaml", "config.yaml", "profile.v*+.yaml", "config.v*+.yaml")


def command_of(place: Place, cores: int | None, more: Sequence[str]) -> list[str]:
    """Return the arguments of Snakemake for a study.

    Parameters
    ----------
    place : Place
    cores : int or None
        All that there are, unless a profile or what follows ``--`` says how many.
    more : sequence of str
        What the user adds, as it is; values of its ``--config`` join ours.

    Raises
    ------
    UserError
        For a profile that is not there, a study named twice, and where there is no Snakemake.
    """
    require("running a study", "snakemake", "psutil", "rich")
    rest, settings = _without_config(list(more))
    check_profile(rest, os.environ, root())
    workflow_profile = _profiles(rest)
    command = [
        *(sys.executable, "-m", "snakemake"),
        *("--snakefile", str(root() / "Snakefile"), "--directory", str(place.folder)),
    ]
    if workflow_profile is None:
        command += ["--workflow-profile", str(root() / "profiles" / "default")]
    if cores is not None:
        command += ["--cores", str(cores)]
    elif not _said(rest, _CORES) and not _profile_has(rest, workflow_profile):
        command += ["--cores", str(available())]
    if not _said(rest, _PLAIN) and _has_logger():
        file = str(place.folder / place.file)
        command += ["--logger", "thresher", "--logger-thresher-study", file]
    return [*command, *rest, "--config", f"study={argument(place.file)}", *settings]


def jobs_of(place: Place, more: Sequence[str] = ()) -> list[dict[str, Any]]:
    """Return what a call would do now: rule and wildcards of each job.

    Raises
    ------
    UserError
        What Snakemake says, if it can't tell.
    """
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "jobs.json")
        command = command_of(place, 1, more)
        if "--logger" not in command:
            raise UserError("Snakemake does not find thresher's logger here; install thresher anew")
        dry = ["--dry-run", "--logger-thresher-jobs", str(file)]
        ended = subprocess.run([*command, *dry], capture_output=True, text=True)
        if ended.returncode or not file.exists():
            raise UserError(ended.stderr.strip() or "snakemake --dry-run failed")
        found: list[dict[str, Any]] = json.loads(file.read_text(encoding="utf-8"))
    return [job for job in found if job["rule"] != "all"]


def available() -> int:
    """Return the cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _has_logger() -> bool:
    """Tell whether Snakemake finds our logger: it does not look into every kind of install."""
    return any(module.name == _LOGGER for module in pkgutil.iter_modules())


def _said(arguments: Sequence[str], options: Sequence[str]) -> bool:
    short = tuple(option for option in options if len(option) == 2)
    return any(
        word.partition("=")[0] in options or (word.startswith(short) and word[2:].isdigit())
        for word in arguments
    )


def _without_config(arguments: list[str]) -> tuple[list[str], list[str]]:
    """Take the values of ``--config`` out: Snakemake would let the last one win."""
    rest, settings, inside = [], [], False
    for word in arguments:
        name, mark, value = word.partition("=")
        if name in ("--config", "-C"):
            inside = True
            settings += [value] if mark else []
        elif inside and not word.startswith("-"):
            settings.append(word)
        else:
            inside = False
            rest.append(word)
    if any(setting.partition("=")[0] == "study" for setting in settings):
        raise UserError("--config: study is named before --; remove it there")
    return rest, settings


def _values(arguments: Sequence[str], option: str) -> list[str]:
    """Return the values of an option."""
    found, inside = [], False
    for word in arguments:
        name, mark, value = word.partition("=")
        if name == option:
            inside = not mark
            found += [value] if mark else []
        elif inside and not word.startswith("-"):
            found.append(word)
        else:
            inside = False
    return found


def _profiles(arguments: Sequence[str]) -> Path | None:
    """Check that every profile is there, and return the workflow's if the user names one."""
    given = {"--profile": _values(arguments, "--profile")}
    if not given["--profile"]:
        given["$SNAKEMAKE_PROFILE"] = _from_environment()
    for option, profiles in given.items():
        for profile in profiles:
            if profile != "none":
                _check_profile(option, profile, [Path(profile), *_settings_folders(profile)])
    own = _values(arguments, "--workflow-profile")
    if not own or own[-1] == "none":
        return Path("none") if own else None
    places = [Path(own[-1]), Path("profiles", own[-1]), root() / "profiles" / own[-1]]
    return _check_profile("--workflow-profile", own[-1], places)


def _settings_folders(profile: str) -> list[Path]:
    """Return where Snakemake looks for a profile by its name."""
    try:
        from snakemake.common import get_appdirs
    except ImportError:
        return []
    folders = get_appdirs()
    return [Path(folders.user_config_dir, profile), Path(folders.site_config_dir, profile)]


def _from_environment() -> list[str]:
    named = os.environ.get("SNAKEMAKE_PROFILE", "").split(",")
    return [name.strip() for name in named if name.strip()]


def _check_profile(option: str, profile: str, places: Sequence[Path]) -> Path:
    there = [place for place in places if place.exists()]
    if not there:
        known = sorted(path.name for path in (root() / "profiles").glob("*/") if path.is_dir())
        raise UserError(
            f"{option}: there is no profile {profile}; correct it"
            + (f", or take {' or '.join(known)} by --workflow-profile" if known else "")
        )
    # Snakemake takes the first that exists, whatever it is.
    first = there[0]
    if first.is_dir() and not any(list(first.glob(pattern)) for pattern in _PROFILE_FILES):
        raise UserError(
            f"{option}: the folder {first} is no profile, it has no profile.yaml; "
            "rename it, or give the profile's path"
        )
    return first


def _profile_has(arguments: Sequence[str], workflow_profile: Path | None) -> bool:
    """Tell whether a profile says how many cores or jobs there are, or who runs them."""
    given = _values(arguments, "--profile") or _from_environment()
    places = [place for name in given for place in (Path(name), *_settings_folders(name))]
    places += [workflow_profile] if workflow_profile else []
    for place in places:
        files = [place] if place.is_file() else [f for p in _PROFILE_FILES for f in place.glob(p)]
        for file in files:
            lines = file.read_text(encoding="utf-8", errors="replace").splitlines()
            if any(line.partition(":")[0] in ("cores", "jobs", "executor") for line in lines):
                return True
    return False


def call(command: Sequence[str], folder: Path) -> tuple[int, bool]:
    """Run Snakemake to its end; return its exit code, and whether the user stopped it.

    It has a process group of its own. Told to stop, by Ctrl-C or otherwise, it is interrupted once,
    so that it releases its lock, and its jobs are ended: interrupted, each would print where it
    was.
    """
    reports = folder / ".snakemake" / "thresher" / str(os.getpid())
    environment = {**os.environ, progress.FOLDER: str(reports)}
    started: list[subprocess.Popen[bytes]] = []
    stopped: list[int] = []

    def end(number: int, frame: FrameType | None) -> None:
        stopped.append(number)
        if len(stopped) == 1:
            _stop(started)
        elif len(stopped) == 3:  # whoever insists
            _tell(started, signal.SIGKILL)

    def pause(number: int, frame: FrameType | None) -> None:
        _tell(started, signal.SIGSTOP)
        os.kill(os.getpid(), signal.SIGSTOP)
        _tell(started, signal.SIGCONT)

    handlers = dict.fromkeys((signal.SIGINT, signal.SIGTERM, signal.SIGHUP), end)
    # Handled before it starts, so that it begins with none of them ignored.
    with _handling({**handlers, signal.SIGTSTP: pause}):
        process = subprocess.Popen(
            list(command), env=environment, stdin=subprocess.DEVNULL, process_group=0
        )
        started.append(process)
        if stopped:
            _stop(started)
        code = process.wait()
    return code, bool(stopped) and code != 0


def _stop(processes: Sequence["subprocess.Popen[bytes]"]) -> None:
    """Interrupt Snakemake, and end the jobs that it runs."""
    import psutil

    for process in processes:
        with contextlib.suppress(psutil.Error, ProcessLookupError):
            jobs = psutil.Process(process.pid).children(recursive=True)
            os.kill(process.pid, signal.SIGINT)
            for job in jobs:
                with contextlib.suppress(psutil.Error):
                    job.terminate()


def _tell(processes: Sequence["subprocess.Popen[bytes]"], number: int) -> None:
    for process in processes:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, number)


_Handler = Callable[[int, FrameType | None], None]


@contextlib.contextmanager
def _handling(handlers: Mapping[signal.Signals, _Handler]) -> Iterator[None]:
    before = {number: signal.signal(number, handler) for number, handler in handlers.items()}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
