"""What schedulers are asked for, and how many seeds a job trains."""

import re

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from thresher.study import StudyError, calling, load, needs, sizing

STUDY = {
    "task": {"name": "cumulative_sum"},
    "variants": {"lstm": {"model": "lstm", "units": list(range(1, 21))}},
    "reference": "lstm units=1",
    "seeds": 10_000,
    "seeds_per_job": "auto",
}
COMMANDED = {
    "command": "{python} x.py {seed} {size} {trace}",
    "metric": {"name": "loss", "better": "lower"},
    "endpoint": {"threshold": 1, "budget": 10},
    "variants": {"a": {"size": list(range(20))}},
    "seeds": 1000,
    "seeds_per_job": "auto",
}


@pytest.fixture
def study(tmp_path):
    def study(content):
        path = tmp_path / "own.yaml"
        path.write_text(yaml.safe_dump(content))
        return load(path)

    return study


def test_a_huge_study_has_few_blocks_of_whole_lanes(study):
    made = study(STUDY)
    assert made.seeds_per_job == 128
    assert len(made.arms) * len(made.blocks()) == 1580
    assert {seed for block in made.blocks() for seed in made.seeds_of(block)} == set(range(10_000))


def test_a_program_s_runs_share_jobs_where_there_are_many(study):
    assert study(COMMANDED).seeds_per_job == 16
    assert study({**COMMANDED, "seeds": 100}).seeds_per_job == 1


@pytest.mark.parametrize("content", [STUDY, COMMANDED])
def test_no_other_word_stands_for_a_number(study, content):
    with pytest.raises(StudyError, match=re.escape("seeds_per_job must be a positive integer or")):
        study({**content, "seeds_per_job": "many"})


@given(st.integers(1, 100), st.integers(1, 100_000), st.sampled_from([1, 7, 32, 64]))
def test_auto_is_the_smallest_doubled_lane_that_is_enough(arms, seeds, lane):
    chosen = sizing.seeds_per_job(arms, seeds, lane)
    doublings = chosen // lane
    assert chosen == lane * doublings
    assert doublings & (doublings - 1) == 0
    assert arms * -(-seeds // chosen) <= 2000
    if doublings > 1:
        assert arms * -(-seeds // (chosen // 2)) > 2000


def test_needs_grow_with_the_study_and_with_each_attempt(study):
    small, large = study({**STUDY, "seeds": 32}), study(STUDY)
    for size in (needs.size_of, needs.size_of_block):
        assert size(large).rows > size(small).rows
    assert needs.size_of(large) == needs.Size(20 * 10_000 * 201, 10_000 * 201, 10_000)
    assert needs.size_of_block(large) == needs.Size(128 * 1000)
    size = needs.size_of(large)
    for need in (needs.TRAINING, needs.COLLECT, needs.ANALYSIS, needs.DRAWING):
        assert need.memory(size) > need.memory(needs.Size()) == need.mb
        assert need.time(size) > need.time(needs.Size()) == need.minutes
        assert need.memory(size, attempt=3) == 3 * need.memory(size)


def test_more_seeds_of_fewer_arms_need_no_less_though_there_are_as_many_runs():
    """An arm is read at a time, and every seed has its signs."""
    many, few = needs.Size(2_000_000, 100_000, 500), needs.Size(2_000_000, 1_000_000, 5000)
    for need in (needs.COLLECT, needs.ANALYSIS, needs.DRAWING):
        assert need.memory(few) > need.memory(many)
        assert need.time(few) == need.time(many)


@pytest.fixture
def project(tmp_path):
    for name in ("default", "slurm"):
        (tmp_path / "project" / "profiles" / name).mkdir(parents=True)
        (tmp_path / "project" / "profiles" / name / "profile.yaml").touch()
    return tmp_path / "project"


@pytest.mark.parametrize("form", ["{}", "{}/", "{}/profile.yaml"])
@pytest.mark.parametrize("option", [["--profile", "X"], ["--profile=X"], ["--profile", "a", "X"]])
def test_a_profile_of_the_project_that_is_called_by_the_wrong_option_is_refused(
    project, option, form
):
    name = form.format(project / "profiles" / "slurm")
    arguments = ["--cores", "2", *(word.replace("X", name) for word in option)]
    with pytest.raises(StudyError, match="--workflow-profile profiles/slurm"):
        calling.check_profile(arguments, {}, project)
    with pytest.raises(StudyError, match=r"^SNAKEMAKE_PROFILE .*--workflow-profile"):
        calling.check_profile([], {"SNAKEMAKE_PROFILE": name}, project)


def test_any_other_profile_is_nobody_s_business(project, tmp_path):
    (tmp_path / "lab").mkdir()
    calling.check_profile(["--profile", str(tmp_path / "lab")], {}, project)
    calling.check_profile(["--workflow-profile", "profiles/slurm"], {}, project)
    calling.check_profile([], {"SNAKEMAKE_PROFILE": str(tmp_path / "lab")}, project)
