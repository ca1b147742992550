"""What `make` hands on to Snakemake."""

import shlex
import shutil
import subprocess
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parents[1]
PATHS = [
    "config/studies/smoke.yaml",
    "my studies/x.yaml",
    'it\'s "q" $x `date` $(HOME) \\b #1 {a}: [b] %.yaml',
    "'q'/ü👩‍🔬\u200f\u05d0.yaml",
]


def handed_on(*arguments: str) -> list[str]:
    """Return the words that the shell would hand to Snakemake."""
    make = shutil.which("make")
    assert make
    told = [make, "--dry-run", "--no-print-directory", "study", *arguments]
    ended = subprocess.run(told, cwd=ROOT, capture_output=True, text=True, check=True)
    return shlex.split(ended.stdout.splitlines()[-1])


@pytest.mark.parametrize("path", PATHS)
def test_a_study_s_path_reaches_snakemake_as_it_is(path):
    *_, option, value = handed_on(f"STUDY={path}")
    assert option == "--config"
    name, _, text = value.partition("=")
    assert name == "study"
    assert yaml.load(text.strip("'\""), yaml.BaseLoader) == [path]


def test_without_a_study_the_configuration_s_is_run():
    assert handed_on()[-3:] == [".venv/bin/snakemake", "--cores", "all"]
