"""A wrong study, or a wrong call, ends in one clear message before anything runs."""

import json
import subprocess
import sys

import pytest

pytestmark = pytest.mark.workflow


# What Snakemake says of its profile and its configuration before it reads the Snakefile.
SNAKEMAKES_OWN = ("Using workflow specific profile", "Config file ")


def said(ended: subprocess.CompletedProcess[str]) -> list[str]:
    lines = (ended.stdout + ended.stderr).splitlines()
    return [line for line in lines if not line.startswith(SNAKEMAKES_OWN)]


def failing(project, *arguments: str) -> list[str]:
    ended = project.snakemake(*arguments)
    assert ended.returncode == 1
    assert not list(project.root.glob("results/**/traces"))
    return said(ended)


def of(study: str) -> list[str]:
    return ["--config", f"study=config/studies/{study}.yaml"]


def test_every_error_is_one_line_and_nothing_else_is_said(project):
    def change(study):
        study["seeds"] = -3
        study["referense"] = "lstm_forward"
        study["training"]["epochs"] = "many"

    project.change("smoke", change)
    lines = failing(project, *of("smoke"))
    assert len(lines) == 3
    assert all(line.startswith("config/studies/smoke.yaml") for line in lines)
    assert any("seeds" in line and "-3" in line for line in lines)
    assert any("referense" in line and "reference" in line for line in lines)
    assert any("training.epochs" in line and "many" in line for line in lines)


def test_a_syntax_error_is_named_with_its_line(project):
    project.path("smoke").write_text("question: a\nseeds: [1,\n")
    (line,) = failing(project, *of("smoke"))
    assert "line 3" in line


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        (of("nowhere"), "config/studies/nowhere.yaml: no such study file; there are "),
        (["--config", "study=config/studies"], "config/studies: is a folder; name a study file"),
        (
            ["--config", "study=smoke"],
            "smoke: a study file ends in .yaml; did you mean config/studies/smoke.yaml?",
        ),
        (["--config", "study="], "config/config.yaml: study must be the path of a study file"),
        (["--config", "stduy=x.yaml"], "--config: stduy is unknown; did you mean study?"),
        (["--config", "seeds=3"], "--config: seeds is unknown; name a study file by study="),
        (
            ["--configfile", "config/studies/smoke.yaml"],
            "--configfile: question, task, variants, reference, seeds, training, endpoint, report "
            "belong into a study file; name it by --config study=<path>",
        ),
    ],
    ids=["missing", "folder", "no ending", "empty", "misspelt", "unknown", "configfile"],
)
def test_a_wrong_call_is_answered_by_one_line(project, arguments, line):
    (found,) = failing(project, *arguments)
    assert found.startswith(line)


@pytest.mark.parametrize("name", ["README.md", "a" * 60, "ab" * 45])
def test_a_name_that_no_results_can_have_is_refused(project, name):
    (project.root / "results").mkdir()
    (project.root / "results" / "README.md").touch()
    project.derive("smoke", name, lambda study: None)
    (line,) = failing(project, *of(name))
    assert line.startswith(f"config/studies/{name}.yaml: ")
    assert "rename" in line


def test_two_studies_of_one_name_do_not_share_their_results(project):
    (project.results() / "traces").mkdir(parents=True)
    document = project.results() / "study.json"
    document.write_text(json.dumps({"path": "elsewhere/smoke.yaml"}))
    ended = project.snakemake(*of("smoke"))
    (line,) = said(ended)
    assert ended.returncode == 1
    assert "results/smoke has the results of elsewhere/smoke.yaml, another study" in line


def test_a_threshold_that_is_no_goal_is_warned_of_before_training(project):
    project.change("smoke", lambda study: study["endpoint"].update(threshold=100))
    ended = project.snakemake("--dry-run", *of("smoke"))
    assert ended.returncode == 0
    assert (
        "config/studies/smoke.yaml: endpoint.threshold is 100, but an untrained model's held-out "
        "loss is about 0.693 nats: every run may meet it at 0; choose a stricter one"
    ) in said(ended)


def test_an_own_study_that_is_wrong_is_in_nobody_s_way(project):
    (project.root / "config" / "studies" / "mine.yaml").write_text("seeds: [")
    assert project.jobs("smoke")["report"] == 1


@pytest.mark.parametrize("option", ["--dry-run", "--lint", "--rulegraph"])
def test_no_way_of_calling_snakemake_shows_a_traceback(project, option):
    project.change("smoke", lambda study: study.update(seeds=0))
    (line,) = failing(project, option, *of("smoke"))
    assert "seeds" in line


def test_parsing_the_snakefile_imports_nothing_heavy(project):
    program = (
        "import sys; sys.argv = ['snakemake', '--dry-run', '--quiet', 'all', '--cores', '1'];"
        "from snakemake.cli import main\n"
        "try: main()\nexcept SystemExit as ended: assert not ended.code\n"
        "heavy = {'tensorflow', 'keras', 'scipy', 'seaborn', 'matplotlib'};"
        "print(sorted(heavy & set(sys.modules)))"
    )
    ended = subprocess.run(
        [sys.executable, "-c", program],
        cwd=project.root,
        env=project.environment,
        capture_output=True,
        text=True,
    )
    assert ended.stdout.splitlines()[-1] == "[]", ended.stderr
