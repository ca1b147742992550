"""What Snakemake is started with, and what is refused before."""

import shutil
import sys

import pytest

from thresher.command_line._snakemake import available, command_of
from thresher.command_line._study import Place, locate
from thresher.logs import UserError
from thresher.project import root
from thresher.study import StudyError


@pytest.fixture
def place(tmp_path, monkeypatch) -> Place:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("SNAKEMAKE_PROFILE", raising=False)
    (tmp_path / "mine").mkdir()
    shutil.copy(root() / "config" / "studies" / "smoke.yaml", tmp_path / "mine" / "study.yaml")
    return locate("mine")


def value(command: list[str], option: str) -> str:
    return command[command.index(option) + 1]


def test_it_is_a_list_of_arguments_for_this_python(place):
    command = command_of(place, None, [])
    assert command[:3] == [sys.executable, "-m", "snakemake"]
    assert value(command, "--snakefile") == str(root() / "Snakefile")
    assert value(command, "--directory") == str(place.folder)
    assert value(command, "--workflow-profile") == str(root() / "profiles" / "default")
    assert value(command, "--cores") == str(available())
    assert value(command, "--config") == "study=study.yaml"


@pytest.mark.parametrize("name", ["a b.yaml", "ü.yaml", "a #1.yaml", "it's {x}.yaml"])
def test_any_path_is_one_argument_that_snakemake_reads_as_it_is(name, place):
    import yaml

    command = command_of(Place(place.given, place.folder, name, "x"), 2, [])
    given = value(command, "--config").removeprefix("study=")
    read = yaml.safe_load(given)
    assert (read[0] if isinstance(read, list) else read) == name


def test_what_follows_goes_on_as_it_is(place):
    command = command_of(
        place, 3, ["--keep-going", "--forcerun", "report", "x y", "--rerun-triggers=mtime"]
    )
    at = command.index("--keep-going")
    assert command[at : at + 5] == [
        "--keep-going",
        "--forcerun",
        "report",
        "x y",
        "--rerun-triggers=mtime",
    ]
    assert value(command, "--cores") == "3"


@pytest.mark.parametrize(
    "said", [["--cores", "2"], ["-c2"], ["--cores=2"], ["-j", "4"], ["-c", "1"]]
)
def test_cores_are_not_said_twice(said, place):
    command = command_of(place, None, said)
    assert [word for word in command if word.startswith(("--cores", "-c", "-j"))][:1] == said[:1]
    assert command.count("--cores") <= 1


def test_settings_of_ones_own_join_ours(place):
    command = command_of(place, 1, ["--config", "a=1", "b=2", "--keep-going"])
    assert command.count("--config") == 1
    assert command[command.index("--config") :] == ["--config", "study=study.yaml", "a=1", "b=2"]
    assert "--keep-going" in command


def test_the_study_is_named_once(place):
    with pytest.raises(UserError, match="study is named before --"):
        command_of(place, 1, ["--config", "study=other.yaml"])


def profile(folder, text="keep-going: true\n"):
    folder.mkdir(parents=True)
    (folder / "profile.yaml").write_text(text)
    return str(folder)


def test_a_profile_of_ones_own_leaves_ours(place, tmp_path):
    own = profile(tmp_path / "own")
    command = command_of(place, None, ["--profile", own])
    assert value(command, "--profile") == own
    assert value(command, "--workflow-profile") == str(root() / "profiles" / "default")
    assert "--cores" in command


@pytest.mark.parametrize("line", ["cores: 4\n", "jobs: 10\n", "executor: slurm\n"])
def test_a_profile_that_says_how_many_cores_decides(line, place, tmp_path, monkeypatch):
    own = profile(tmp_path / "own", line)
    assert "--cores" not in command_of(place, None, ["--profile", own])
    monkeypatch.setenv("SNAKEMAKE_PROFILE", own)
    assert "--cores" not in command_of(place, None, [])


def test_a_workflow_profile_takes_the_place_of_ours(place):
    command = command_of(place, None, ["--workflow-profile", "slurm"])
    assert command.count("--workflow-profile") == 1
    assert "--cores" not in command


@pytest.mark.parametrize("option", ["--profile", "--workflow-profile"])
def test_a_mistyped_profile_is_named(option, place):
    with pytest.raises(UserError, match=rf"{option}: there is no profile slrum; .*slurm"):
        command_of(place, 1, [option, "slrum"])


def test_a_mistyped_profile_in_the_environment_is_named(place, monkeypatch):
    monkeypatch.setenv("SNAKEMAKE_PROFILE", "slrum")
    with pytest.raises(UserError, match=r"\$SNAKEMAKE_PROFILE: there is no profile slrum"):
        command_of(place, 1, [])


def test_a_folder_named_default_is_no_profile(place, tmp_path):
    (tmp_path / "default").mkdir()
    with pytest.raises(UserError, match="the folder default is no profile"):
        command_of(place, 1, ["--workflow-profile", "default"])
    # It is not in the way of ours, which is given by its whole path.
    assert value(command_of(place, 1, []), "--workflow-profile").endswith("/profiles/default")


def test_our_own_profiles_are_workflow_profiles(place):
    with pytest.raises(StudyError, match="call it by --workflow-profile"):
        command_of(place, 1, ["--profile", str(root() / "profiles" / "slurm")])


def test_the_live_view_gives_way_to_what_asks_for_snakemakes_own(place):
    assert "--logger" in command_of(place, 1, [])
    for option in ("--dry-run", "-n", "--verbose", "--quiet"):
        assert "--logger" not in command_of(place, 1, [option])
