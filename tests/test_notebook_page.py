"""The blocks of docs/notebook.md run as they stand, one after the other, as in a notebook."""

import re
from pathlib import Path

import matplotlib.pyplot as plt
import pytest

pytestmark = pytest.mark.slow

PAGE = Path(__file__).parents[1] / "docs" / "notebook.md"
TEXT = PAGE.read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def notebook(tmp_path_factory):
    folder = tmp_path_factory.mktemp("notebook")
    (folder / "runs").mkdir()
    names: dict = {"__name__": "__main__"}
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        for block in re.findall(r"```python\n(.*?)```", TEXT, re.DOTALL):
            exec(compile(block, str(PAGE), "exec"), names)
    yield folder, names
    plt.close("all")


def test_a_training_scripts_csvs_get_an_answer(notebook):
    folder, names = notebook
    assert len(list((folder / "runs").glob("*.csv"))) == 20
    assert str(names["r"]).startswith(
        "Compared with ddpg, sac learns faster.\nsac reaches 6000 reward "
    )
    assert (folder / "out.html").read_text().startswith("<!DOCTYPE html>")
    assert (folder / "table.tex").read_text() == names["r"].to_latex()
    assert [len(axes.get_images()) for axes in names["figure"].axes] == [1, 1]


def test_files_and_frame_are_the_same_comparison(notebook):
    _, names = notebook
    same, r = names["same"], names["r"]
    assert same.contrasts["mean_difference"].equals(r.contrasts["mean_difference"])
    assert same.contrasts["verdict"].equals(r.contrasts["verdict"])


def test_every_link_leads_somewhere():
    for target in re.findall(r"\]\(([^)#]+)", TEXT):
        assert (PAGE.parent / target).exists(), target
