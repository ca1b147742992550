"""Each kind of study is written whole, is right as it is, and replaces nothing."""

import pytest

from thresher.command_line.init import KINDS


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind != "model"])
def test_each_kind_is_right_as_it_is(kind, thresher, tmp_path):
    said = thresher("init", "mine", "--from", kind)
    assert (said.code, said.err) == (0, "")
    text = (tmp_path / "mine" / "study.yaml").read_text()
    assert "thresher run mine" in text
    assert text.count("#") >= 4
    assert thresher("check", "mine").code == 0


def test_nothing_is_overwritten(thresher, tmp_path):
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "task.py").write_text("mine\n")
    said = thresher("init", "mine")
    assert said.code == 2
    assert said.err == "mine/task.py: is there already; choose another folder\n"
    assert [path.name for path in (tmp_path / "mine").iterdir()] == ["task.py"]


def test_a_file_in_place_of_the_folder(thresher, tmp_path):
    (tmp_path / "mine").write_text("mine\n")
    said = thresher("init", "mine")
    assert said.code == 2
    assert said.err == "mine: is there already; choose another folder\n"


def test_a_name_that_no_study_can_have(thresher, tmp_path):
    said = thresher("init", "mein stück")
    assert said.code == 2
    assert "rename its folder" in said.err
    assert not list(tmp_path.iterdir())


def test_an_unknown_kind_gets_the_list(thresher):
    said = thresher("init", "mine", "--from", "modle")
    assert said.code == 2
    assert "invalid choice: 'modle'" in said.err
