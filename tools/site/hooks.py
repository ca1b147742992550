"""What MkDocs does for this site: pages made from other files, and links that lead to them."""

import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page

import site_gallery
import site_links
import site_notebook
import site_study_file

ROOT = Path(__file__).resolve().parents[2]
PLACES = {
    "releasing.md": "The project",
    "project/": "The project",
    "studies/": "Learn",
    "": "How to",
}
"""Where pages stand that mkdocs.yml does not name: the first beginning that fits decides."""
COPIED = {
    "project/changelog.md": "CHANGELOG.md",
    "project/contributing.md": "CONTRIBUTING.md",
    "project/security.md": "SECURITY.md",
    "reference/results.md": "results/README.md",
}
"""Pages that are a file of the repository as it stands."""
MADE = {
    "reference/study-file.md": ("config/README.md", site_study_file.page),
    "notebook-run.md": ("docs/notebook.ipynb", site_notebook.page),
    "gallery.md": ("docs/gallery.md", site_gallery.page),
}
"""Pages that are made: what from, so that links in it are understood, and how."""
_DEFAULT = re.compile(r",\s*default:\s*<code>.*?</code>\s*(?=\))", re.DOTALL)


def on_config(config: MkDocsConfig) -> MkDocsConfig:
    """Add the pages that no one has given a place."""
    docs = Path(config.docs_dir)
    named = set(_named(config.nav or []))
    there = {path.relative_to(docs).as_posix() for path in docs.rglob("*.md")}
    there |= {page for page, source in COPIED.items() if (ROOT / source).exists()}
    parts = {name: pages for part in config.nav or [] for name, pages in part.items()}
    for page in sorted(there - named):
        place = next(place for start, place in PLACES.items() if page.startswith(start))
        parts[place].append(page)
    return config


def _named(nav: Any) -> Iterable[str]:
    """Yield the pages of a part of the navigation."""
    if isinstance(nav, str):
        yield nav
    elif isinstance(nav, dict):
        for part in nav.values():
            yield from _named(part)
    else:
        for part in nav:
            yield from _named(part)


def on_files(files: Files, *, config: MkDocsConfig) -> Files:
    """Add the pages that are made or copied, and leave out their sources."""
    for page, source in COPIED.items():
        path = ROOT / source
        if path.exists():
            files.append(File.generated(config, page, content=path.read_text(encoding="utf-8")))
    for page, (_, make) in MADE.items():
        files.append(File.generated(config, page, content=make(ROOT)))
    for name in ("notebook.ipynb",):
        found = files.get_file_from_path(name)
        if found is not None:
            files.remove(found)
    return files


def on_page_markdown(markdown: str, *, page: Page, config: MkDocsConfig, files: Files) -> str:
    """Lead links to where their targets are on the site, and draw the diagram."""
    sources = COPIED | {page: source for page, (source, _) in MADE.items()}
    own = sources.get(page.file.src_uri, f"docs/{page.file.src_uri}")
    text = site_links.without_diagrams(markdown)
    return site_links.rewritten(text, page.file.src_uri, own, sources, ROOT)


def on_page_content(html: str, *, page: Page, config: MkDocsConfig, files: Files) -> str:
    """Leave out defaults that are read from docstrings: the signature above them has the true ones.

    The first of ``{"lower", "higher"}`` would be taken for one, and alpha's for confidence.
    """
    return _DEFAULT.sub("", html)
