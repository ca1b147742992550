"""The pages about studies quote what was found, of studies as they are now."""

import json
import re
from pathlib import Path

import pytest

from thresher.files import digest

ROOT = Path(__file__).parents[1]
STUDIES = ROOT / "config" / "studies"
FOLDER = ROOT / "docs" / "studies"
ANSWERS = json.loads((FOLDER / "answers.json").read_text(encoding="utf-8"))
PAGES = sorted(path for path in FOLDER.glob("*.md") if path.name != "index.md")
COMMAND = re.compile(r"^thresher run config/studies/(\w+)\.yaml$", re.MULTILINE)
AMOUNT = re.compile(r"(?<![\w.])(\d[\d,.]*) (%|epochs|nats)")
"""A number that somebody measured, as sentences of the report have them."""

each_page = pytest.mark.parametrize("page", PAGES, ids=lambda path: path.stem)


def read(page: Path) -> str:
    return page.read_text(encoding="utf-8")


def studies_of(page: Path) -> list[str]:
    return COMMAND.findall(read(page))


def quoted(text: str) -> set[str]:
    """Every line of a page's quotations, as one line each."""
    lines = re.findall(r"^> ?(.*)$", text, re.MULTILINE)
    joined = "\n".join(lines).replace("\n  ", " ")
    return {line.removeprefix("- ") for line in joined.splitlines() if line}


def rows(text: str) -> set[tuple[str, ...]]:
    """The rows of a page's tables, without their heads."""
    tables = re.findall(r"^\|.*\n\|[-:|]+\|\n((?:\|.*\n)+)", text, re.MULTILINE)
    lines = [line for table in tables for line in table.splitlines()]
    return {tuple(cell.strip() for cell in line.strip("|").split("|")) for line in lines}


def record(name: str) -> tuple[set[str], set[tuple[str, ...]]]:
    """What a page has to say of a study: its sentences, and the rows of its table."""
    found = ANSWERS[name]
    said = {found["headline"], *found["sentences"]}
    return said, {tuple(row.values()) for row in found["single runs"]}


@each_page
def test_a_page_names_studies_that_there_are_and_their_figures(page):
    names = studies_of(page)
    assert names
    for name in names:
        assert (STUDIES / f"{name}.yaml").exists()
        assert (FOLDER / f"{name}.svg").exists()
        assert f"]({name}.svg)" in read(page)


@each_page
def test_a_page_quotes_all_that_was_found_and_nothing_else(page):
    sentences, table = set(), set()
    for name in studies_of(page):
        said, single = record(name)
        sentences |= said
        table |= single
    assert quoted(read(page)) == sentences
    assert rows(read(page)) == table


@each_page
def test_every_amount_on_a_page_is_of_its_record_or_its_study(page):
    known = "".join(json.dumps(ANSWERS[name], ensure_ascii=False) for name in studies_of(page))
    allowed = set(AMOUNT.findall(known))
    for name in studies_of(page):
        [budget] = re.findall(r"epochs: (\d+)", (STUDIES / f"{name}.yaml").read_text())
        allowed.add((f"{int(budget):,}", "epochs"))
    said = set(AMOUNT.findall(read(page)))
    assert said
    assert said <= allowed


@pytest.mark.parametrize("name", ANSWERS)
def test_an_answer_is_of_the_study_as_it_is(name):
    assert digest(STUDIES / f"{name}.yaml") == ANSWERS[name]["digest"], (
        f"run config/studies/{name}.yaml again, then tools/site/study_answers.py"
    )


def test_every_answer_has_one_page_and_every_page_a_line_in_the_index():
    named = [name for page in PAGES for name in studies_of(page)]
    assert sorted(named) == sorted(ANSWERS)
    index = (FOLDER / "index.md").read_text(encoding="utf-8")
    assert set(re.findall(r"\]\((\w+\.md)\)", index)) == {page.name for page in PAGES}
