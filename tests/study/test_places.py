"""Which file is the study, what it is called, and whose results are there."""

import json
import os
from pathlib import Path

import pytest
import yaml

from thresher.study import StudyError, load, load_configured
from thresher.study.names import argument


@pytest.fixture
def project(tmp_path, monkeypatch, content) -> Path:
    """A folder with a study, in which we are."""
    folder = tmp_path / "project"
    (folder / "config" / "studies").mkdir(parents=True)
    (folder / "config" / "studies" / "smoke.yaml").write_text(yaml.safe_dump(content))
    monkeypatch.chdir(folder)
    return folder


def error(path, project=".") -> str:
    with pytest.raises(StudyError) as caught:
        load(path, project)
    (line,) = str(caught.value).splitlines()
    return line


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("config/studies", "config/studies: is a folder; name a study file in it"),
        (".", ".: is a folder; name a study file in it"),
        ("smoke", "smoke: a study file ends in .yaml; did you mean config/studies/smoke.yaml?"),
        (
            "config/studies/smoke",
            "config/studies/smoke: a study file ends in .yaml; did you mean "
            "config/studies/smoke.yaml?",
        ),
        ("README.md", "README.md: a study file ends in .yaml; name such a file"),
        (
            "config/studies/smok.yaml",
            "config/studies/smok.yaml: no such study file; there are config/studies/smoke.yaml",
        ),
        ("no/where.yaml", "no/where.yaml: no such study file; give the path of a .yaml file"),
        ("a\nb.yaml", "'a\\nb.yaml': a path must be of printable characters; rename it"),
        ("\x1b[31m.yaml", "'\\x1b[31m.yaml': a path must be of printable characters; rename it"),
        ("\udcff.yaml", "'\\udcff.yaml': a path must be of printable characters; rename it"),
    ],
)
def test_what_is_no_study_file_is_said_in_one_line_with_the_remedy(project, path, said):
    assert error(path) == said


@pytest.mark.parametrize("path", [None, 5, "", ["a.yaml"], {"a": "b.yaml"}])
def test_a_path_that_is_none_is_named_with_an_example(path):
    assert error(path).startswith("config/config.yaml: study must be the path of a study file")


@pytest.mark.parametrize(
    "stem", ["a b", "ä", "-a", "_a", "a,b", ".a", "a+b", "a{b}", "a$b", "a" * 101, "ab" * 50]
)
def test_a_study_names_a_folder(project, stem):
    line = error(f"{stem}.yaml")
    assert line.startswith(f"{stem}.yaml: the study's name, ")
    assert "names a folder" in line
    assert line.endswith("rename it")


FOLDERS = [
    "my studies",
    "ä ö",
    "{dir}",
    "'q'",
    '"q"',
    "$x",
    "a\\b",
    "100%",
    "👩‍🔬",
    "\u200f\u05d0",
    "#1",
]


@pytest.mark.parametrize("folder", FOLDERS)
def test_the_folder_of_a_study_may_be_called_anything_that_can_be_shown(project, folder, content):
    (project / folder).mkdir()
    (project / folder / "own.yaml").write_text(yaml.safe_dump(content))
    made = load(f"{folder}/own.yaml")
    assert (made.name, made.path) == ("own", f"{folder}/own.yaml")


def test_a_study_is_called_alike_however_it_is_named(project, tmp_path, monkeypatch):
    relative = Path("config/studies/smoke.yaml")
    (tmp_path / "link").symlink_to(project)
    names = [relative, project / relative, tmp_path / "link" / relative]
    names += [Path("config/../config/studies/smoke.yaml"), Path("../project") / relative]
    documents = {load(str(name), project).document() for name in names}
    assert len(documents) == 1
    assert json.loads(documents.pop())["path"] == "config/studies/smoke.yaml"
    # From elsewhere, as with `snakemake --directory`.
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    assert load(str(relative), project).path == "config/studies/smoke.yaml"
    assert load(str(project / relative), project).path == "config/studies/smoke.yaml"


def test_a_study_in_neither_folder_is_called_by_its_whole_path(project, tmp_path, content):
    (tmp_path / "other.yaml").write_text(yaml.safe_dump(content))
    assert load("../other.yaml", project).path == (tmp_path / "other.yaml").as_posix()


def configured(project, **config):
    return load_configured(config, str(project))


def test_results_of_another_study_of_that_name_are_left_alone(project, content):
    made = configured(project, study="config/studies/smoke.yaml")
    (project / "results" / "smoke").mkdir(parents=True)
    document = project / "results" / "smoke" / "study.json"
    document.write_text(made.document())
    assert configured(project, study=str(project / "config/studies/smoke.yaml")) == made
    (project / "mine").mkdir()
    os.rename(project / "config/studies/smoke.yaml", project / "mine/smoke.yaml")
    with pytest.raises(StudyError) as caught:
        configured(project, study="mine/smoke.yaml")
    assert str(caught.value) == (
        "mine/smoke.yaml: results/smoke has the results of config/studies/smoke.yaml, another "
        "study of that name; rename one of the two files, or, if this one was moved, delete "
        "results/smoke/study.json"
    )
    document.unlink()
    assert configured(project, study="mine/smoke.yaml").path == "mine/smoke.yaml"


@pytest.mark.parametrize("text", ["", "{", "[]", '{"path": ', "{}", '"words"'])
def test_a_damaged_document_is_nobody_s(project, text):
    (project / "results" / "smoke").mkdir(parents=True)
    (project / "results" / "smoke" / "study.json").write_text(text)
    assert configured(project, study="config/studies/smoke.yaml").name == "smoke"


def test_results_that_would_lie_in_a_file_are_refused(project, content):
    (project / "results").mkdir()
    (project / "results" / "README.md").write_text("")
    (project / "README.md.yaml").write_text(yaml.safe_dump(content))
    with pytest.raises(StudyError, match=r"^README\.md\.yaml: .* results/README\.md, which is a f"):
        configured(project, study="README.md.yaml")


@pytest.mark.parametrize(
    ("config", "said"),
    [
        ({"stduy": "x.yaml"}, "--config: stduy is unknown; did you mean study?"),
        (
            {"study": "x.yaml", "seeds": 3},
            "--config: seeds is unknown; name a study file by study=",
        ),
        (
            {"study": "x.yaml", "question": "?", "task": {}, "variants": {}},
            "--configfile: question, task, variants belong into a study file; name it by --config "
            "study=<path>",
        ),
    ],
)
def test_a_configuration_that_names_more_than_a_study_is_refused(project, config, said):
    with pytest.raises(StudyError) as caught:
        configured(project, **config)
    assert str(caught.value) == said


def test_a_figure_that_is_lost_is_named_with_the_remedy(project):
    drawn = project / "results" / "smoke" / "phone"
    drawn.mkdir(parents=True)
    (drawn / "figures.json").write_text('[{"file": "a.svg"}, {"file": "b.svg"}]')
    (drawn / "a.svg").write_text("<svg></svg>")
    with pytest.raises(StudyError) as caught:
        configured(project, study="config/studies/smoke.yaml")
    assert str(caught.value) == (
        "results/smoke/phone/b.svg: is missing; delete results/smoke/phone and run again, "
        "it is drawn anew"
    )
    (drawn / "b.svg").write_text("<svg></svg>")
    assert configured(project, study="config/studies/smoke.yaml").name == "smoke"
    for damaged in ("", "[", "5", "[5]"):
        (drawn / "figures.json").write_text(damaged)
        assert configured(project, study="config/studies/smoke.yaml").name == "smoke"


@pytest.mark.parametrize("folder", FOLDERS)
def test_a_path_is_written_so_that_snakemake_s_command_line_keeps_it(project, folder, content):
    (project / folder).mkdir()
    (project / folder / "own.yaml").write_text(yaml.safe_dump(content))
    path = f"{folder}/own.yaml"
    # As Snakemake does with what follows `study=`.
    taken = yaml.load(argument(path).strip("'\""), yaml.BaseLoader)
    assert configured(project, study=taken).path == path


def test_a_list_of_several_paths_is_none(project):
    with pytest.raises(StudyError, match=r"study must be the path .*, but was \['a.yaml', 'b"):
        configured(project, study=["a.yaml", "b.yaml"])


@pytest.mark.parametrize("name", ["tables", "tables/events.csv", ""])
def test_a_link_out_of_the_results_is_refused(project, tmp_path, name):
    (tmp_path / "outside").mkdir()
    link = Path("results", "smoke", name)
    link.parent.mkdir(parents=True)
    link.symlink_to(tmp_path / "outside")
    with pytest.raises(StudyError, match=r"^results/smoke.*: is a link out of results"):
        load_configured({"study": "config/studies/smoke.yaml"}, ".")
    link.unlink()
    Path("results", "smoke").mkdir(exist_ok=True)
    Path("results", "smoke", "a").symlink_to("b")
    load_configured({"study": "config/studies/smoke.yaml"}, ".")
