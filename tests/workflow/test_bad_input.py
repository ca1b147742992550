"""A wrong study ends in one clear message, before anything runs."""

import subprocess
import sys

import pytest

pytestmark = pytest.mark.workflow


# What Snakemake says of its profile and its configuration before it reads the Snakefile.
SNAKEMAKES_OWN = ("Using workflow specific profile", "Config file config/config.yaml is extended")


def failing(project, study: str) -> str:
    ended = project.snakemake("--config", f"study=config/studies/{study}.yaml")
    assert ended.returncode == 1
    assert not (project.root / "results").exists()
    said = (ended.stdout + ended.stderr).splitlines()
    return "\n".join(line for line in said if not line.startswith(SNAKEMAKES_OWN))


def test_every_error_is_one_line_and_nothing_else_is_said(project):
    def change(study):
        study["seeds"] = -3
        study["referense"] = "lstm_forward"
        study["training"]["epochs"] = "many"

    project.change("smoke", change)
    lines = failing(project, "smoke").splitlines()
    assert len(lines) == 3
    assert all(line.startswith("config/studies/smoke.yaml") for line in lines)
    assert any("seeds" in line and "-3" in line for line in lines)
    assert any("referense" in line and "reference" in line for line in lines)
    assert any("training.epochs" in line and "many" in line for line in lines)


def test_a_missing_study_file_is_named(project):
    text = failing(project, "nowhere")
    assert "config/studies/nowhere.yaml" in text
    assert "Traceback" not in text


def test_a_syntax_error_is_named_with_its_line(project):
    project.path("smoke").write_text("question: a\nseeds: [1,\n")
    text = failing(project, "smoke")
    assert "line" in text
    assert "Traceback" not in text


@pytest.mark.parametrize("option", ["--dry-run", "--lint", "--rulegraph"])
def test_no_way_of_calling_snakemake_shows_a_traceback(project, option):
    project.change("smoke", lambda study: study.update(seeds=0))
    ended = project.snakemake(option, "--config", "study=config/studies/smoke.yaml")
    assert ended.returncode == 1
    assert "Traceback" not in ended.stdout + ended.stderr
    assert "seeds" in ended.stdout + ended.stderr


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
