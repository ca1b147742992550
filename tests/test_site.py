"""The site builds strictly, its links lead somewhere, and it asks for nothing from elsewhere."""

import importlib
import json
import os
import re
import subprocess
import sys
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest
import yaml

from thresher import figures

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"
LOADS = {"script": "src", "img": "src", "iframe": "src", "source": "src", "link": "href"}
"""What a browser fetches by itself."""
NOT_FETCHED = {"canonical", "prev", "next"}


@dataclass
class Read(HTMLParser):
    """What a page links to, what it loads, and its anchors."""

    links: list[str] = field(default_factory=list)
    loads: list[str] = field(default_factory=list)
    anchors: set[str] = field(default_factory=set)
    classes: set[str] = field(default_factory=set)

    def __post_init__(self):
        super().__init__()

    def handle_starttag(self, tag, attrs):
        given = {name: value or "" for name, value in attrs}
        self.anchors |= {given[name] for name in ("id", "name") if name in given}
        self.classes |= set(given.get("class", "").split())
        if tag == "a" and "href" in given:
            self.links.append(given["href"])
        if tag in LOADS and LOADS[tag] in given and given.get("rel") not in NOT_FETCHED:
            self.loads.append(given[LOADS[tag]])


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    folder = tmp_path_factory.mktemp("site") / "site"
    done = subprocess.run(
        [sys.executable, "-m", "mkdocs", "build", "--strict", "--quiet", "--site-dir", folder],
        cwd=ROOT,
        capture_output=True,
        text=True,
        env={**os.environ, "NO_MKDOCS_2_WARNING": "1"},
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return folder


@pytest.fixture(scope="module")
def pages(site):
    found = {}
    for path in site.rglob("*.html"):
        found[path] = Read()
        found[path].feed(path.read_text(encoding="utf-8"))
    return found


@pytest.mark.slow
def test_every_page_of_the_documentation_is_there(site):
    for path in DOCS.rglob("*.md"):
        assert (site / path.relative_to(DOCS)).with_suffix(".html").exists(), path
    for made in ("reference/study-file", "reference/results", "notebook-run", "gallery"):
        assert (site / f"{made}.html").exists()


@pytest.mark.slow
def test_every_link_leads_somewhere(site, pages):
    broken = []
    for path, page in pages.items():
        if path.name == "404.html":  # Served from anywhere: its links begin with /.
            continue
        for link in page.links + page.loads:
            parts = urlsplit(link)
            if parts.scheme:
                continue
            there = (path.parent / unquote(parts.path)).resolve() if parts.path else path
            if there.is_dir():
                there /= "index.html"
            if not there.exists():
                broken.append(f"{path.relative_to(site)}: {link}")
            elif parts.fragment and unquote(parts.fragment) not in pages[there].anchors:
                broken.append(f"{path.relative_to(site)}: {link}, no such place")
    assert not broken
    assert sum(len(page.links) for page in pages.values()) > 500


@pytest.mark.slow
def test_no_page_asks_for_anything_from_elsewhere(site, pages):
    for path, page in pages.items():
        remote = [one for one in page.loads if urlsplit(one).scheme not in ("", "data")]
        remote += [one for one in page.loads if one.startswith("//")]
        assert not remote, path
        assert "mermaid" not in page.classes, "a diagram would be drawn by a program from elsewhere"
    for path in site.rglob("*.css"):
        assert not re.findall(r"url\(\s*['\"]?(?:https?:)?//", path.read_text(encoding="utf-8"))


@pytest.mark.slow
def test_the_reference_of_the_study_file_has_every_key_of_the_schema(site):
    shown = (site / "reference" / "study-file.html").read_text(encoding="utf-8")
    schema = yaml.safe_load(
        (ROOT / "src/thresher/study/study.schema.yaml").read_text(encoding="utf-8")
    )
    for key in schema["properties"]:
        assert f"<code>{key}</code>" in shown
    for key in schema["properties"]["analysis"]["properties"]:
        assert f"<code>analysis.{key}</code>" in shown
    assert "number, above 0 and below 1 · fraction · default: <code>0.05</code>" in shown
    assert "one of <code>simultaneous</code>, <code>pointwise</code>" in shown


@pytest.mark.slow
def test_the_gallery_shows_every_study_of_the_project(site):
    shown = (site / "gallery.html").read_text(encoding="utf-8")
    for file in (ROOT / "config" / "studies").glob("*.yaml"):
        title = yaml.safe_load(file.read_text(encoding="utf-8"))["report"]["title"]
        assert title in shown
        assert f"<code>{file.name}</code></summary>" in shown


@pytest.mark.slow
def test_the_python_reference_has_what_a_notebook_uses(site):
    shown = (site / "reference" / "api.html").read_text(encoding="utf-8")
    for name in ("compare", "Comparison", "read", "ReadError"):
        assert f'id="thresher.{name}"' in shown
    assert 'id="thresher.Comparison.to_latex"' in shown


@pytest.fixture
def links(monkeypatch):
    """The module that leads links to pages."""
    monkeypatch.syspath_prepend(str(ROOT / "tools" / "site"))
    return importlib.import_module("site_links")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("[a](../config/README.md#keys)", "[a](../reference/study-file.md#keys)"),
        ("[a](own-model.md)", "[a](../own-model.md)"),
        ("![a](pictures/x.svg)", "![a](../pictures/x.svg)"),
        ("[`a`](../pyproject.toml) b", "`a` b"),
        ("[a](https://example.org/x.md)", "[a](https://example.org/x.md)"),
        ("[a](#keys)", "[a](#keys)"),
        ("[a](../no-such-file.md)", "[a](../no-such-file.md)"),
        ("```\n[a](own-model.md)\n```", "```\n[a](own-model.md)\n```"),
    ],
)
def test_a_link_leads_to_the_page_that_has_its_target(links, text, expected):
    pages = {"reference/study-file.md": "config/README.md"}
    assert links.rewritten(text, "project/x.md", "docs/x.md", pages, ROOT) == expected


def test_the_picture_of_the_diagram_has_every_box_of_it():
    text = (DOCS / "architecture.md").read_text(encoding="utf-8")
    [diagram] = re.findall(r"^```mermaid\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)
    boxes = re.findall(r"\w+\[\(?([^\])]+)\)?\]", diagram)
    assert len(boxes) > 8
    drawn = re.sub(r"<style.*?</style>", "", (DOCS / "data-flow.svg").read_text(), flags=re.DOTALL)
    words = " ".join(re.sub(r"<[^>]+>", " ", drawn).split())
    for box in boxes:
        for line in box.split("<br/>"):
            assert line in words, f"{line}: draw docs/data-flow.svg again"


def test_the_guide_says_how_every_figure_of_the_gallery_is_read():
    listed = json.loads((DOCS / "pictures" / "figures.json").read_text(encoding="utf-8"))
    guide = (DOCS / "reading-the-report.md").read_text(encoding="utf-8")
    here = {each["name"] for each in listed}
    assert here <= set(figures.NAMES)
    assert len(here) > 10
    for each in listed:
        assert (DOCS / "pictures" / each["file"]).exists()
        assert f"(pictures/{each['file']})" in guide
