"""Which study an argument names, and where its results are."""

import shutil

import pytest

from thresher.command_line._study import locate
from thresher.project import root
from thresher.study import StudyError, load

SMOKE = root() / "config" / "studies" / "smoke.yaml"


def put(path):
    path.parent.mkdir(parents=True, exist_ok=True)
    return shutil.copy(SMOKE, path)


def test_study_yaml_has_the_name_of_its_folder(tmp_path, monkeypatch):
    put(tmp_path / "mine" / "study.yaml")
    assert load(tmp_path / "mine" / "study.yaml").name == "mine"
    monkeypatch.chdir(tmp_path / "mine")
    assert load("study.yaml").name == "mine"


def test_two_studies_of_one_name_have_results_of_their_own(tmp_path):
    one, two = (locate(str(put(tmp_path / name / "x.yaml"))) for name in "ab")
    assert one.name == two.name == "x"
    assert one.results != two.results


def test_two_studies_of_one_name_in_one_folder_are_told_apart(tmp_path):
    place = locate(str(put(tmp_path / "x" / "study.yaml")))
    place.results.mkdir(parents=True)
    (place.results / "study.json").write_text('{"path": "x.yaml"}')
    with pytest.raises(StudyError, match=r"study\.yaml: results/x has the results of x\.yaml"):
        _ = place.study


def test_a_folder_names_its_study(tmp_path):
    put(tmp_path / "mine" / "study.yaml")
    put(tmp_path / "mine" / "other.yaml")
    assert locate(str(tmp_path / "mine")).file == "study.yaml"


def test_a_folder_with_one_file_names_that(tmp_path):
    put(tmp_path / "mine" / "other.yaml")
    place = locate(str(tmp_path / "mine"))
    assert (place.file, place.name) == ("other.yaml", "other")


@pytest.mark.parametrize(("files", "said"), [([], "holds no study file"), (["a", "b"], "name one")])
def test_a_folder_that_names_no_study(files, said, tmp_path):
    for name in files:
        put(tmp_path / f"{name}.yaml")
    with pytest.raises(StudyError, match=said):
        locate(str(tmp_path))


def test_a_folder_whose_name_could_be_no_studys(tmp_path):
    put(tmp_path / "mein stück" / "study.yaml")
    with pytest.raises(StudyError, match="rename its folder"):
        locate(str(tmp_path / "mein stück"))


def test_studies_of_the_clone_have_results_where_snakemake_has_them():
    assert locate(str(SMOKE)).results == root() / "results" / "smoke"


def test_folders_on_the_way_may_be_called_anything(tmp_path):
    place = locate(str(put(tmp_path / "Größe {x} #1" / "mine" / "study.yaml")))
    assert place.study.name == "mine"
