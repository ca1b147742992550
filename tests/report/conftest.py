"""Reports of made-up studies, and Debian's Chromium to read them with."""

import json
import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

import made_up
from thresher.analyses import schemas
from thresher.drawing.style import SINGLE
from thresher.gallery import Shown, draw_all
from thresher.report import write
from thresher.report.material import Material
from thresher.results import Results
from thresher.study.fixing import keys
from thresher.tables import write_table

RUN = {
    "finished": "2026-11-24T09:00:00+00:00",
    "seconds": 12.5,
    "run_epochs": 32000,
    "run_epochs_per_second": 2560.0,
    "processor": "A processor",
    "cores": 2,
    "accelerators": [],
    "platform": "Linux",
    "python": "3.11.7",
    "packages": {"thresher": "0.1.0", "tensorflow": "2.21.0"},
}
CANARY = {"arm": "lstm_forward", "seeds": [0, 1], "epochs": 1000}
SVG = '<svg width="10pt" height="5pt" viewBox="0 0 10 5"><g id="frame"><path d="M0 0"/></g></svg>'


def picture(name: str, variant: str = "", section: str = "times", order: int = 50) -> Shown:
    """Make a picture that draws nothing much."""
    title = f"{name} {variant}".strip()
    return Shown(name, variant, title, f"What {title} shows.", section, order, SVG)


def material_of(results: Results | None = None, **parts: Any) -> Material:
    """Put made-up results and pictures together, without any file."""
    own = made_up.usual() if results is None else results
    return Material(own, dict.fromkeys(own.tables, b"a,b\n1,2\n"), **parts)


@pytest.fixture
def shown() -> Callable[..., Shown]:
    """`picture`, for tests."""
    return picture


@pytest.fixture
def material() -> Callable[..., Material]:
    """`material_of`, for tests."""
    return material_of


def make_report(folder: Path, **case: Any) -> Path:
    """Write tables, figures and report of a made-up study; return the page."""
    results = made_up.results(**case)
    declared = schemas()
    tables = {name: folder / "tables" / f"{name}.csv" for name in results.tables}
    for name, table in results.tables.items():
        write_table(table, declared[name], tables[name])
    draw_all(results, folder / "figures")
    draw_all(results, folder / "phone", SINGLE)
    page = folder / "report.html"
    facts = {} if case.get("imported") else _facts(folder, results)
    write(results, tables, folder / "figures", folder / "phone", page, **facts)
    return page


def _facts(folder: Path, results: Results) -> dict[str, Any]:
    """Write what training leaves beside its traces."""
    runs = []
    for k, arm in enumerate(results.study.arms):
        runs.append(folder / f"{k}.run.json")
        runs[-1].write_text(json.dumps({**RUN, "arm": arm.label, "plan": keys(results.study)}))
    canary = {**CANARY, "identical": True, "largest_deviation": 0.0}
    (folder / "canary.json").write_text(json.dumps(canary))
    return {"runs": runs, "canary": folder / "canary.json"}


@pytest.fixture(scope="session")
def report(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Path]:
    """Return the report of a made-up study; each is made once."""
    made: dict[str, Path] = {}

    def build(**case: Any) -> Path:
        key = repr(sorted(case.items()))
        if key not in made:
            made[key] = make_report(tmp_path_factory.mktemp("report"), **case)
        return made[key]

    return build


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    """Debian's Chromium; where it is missing tests skip, but fail in continuous integration."""
    path = shutil.which("chromium")
    if path is None:
        if os.environ.get("CI"):
            pytest.fail("chromium is missing: apt-get install chromium")
        pytest.skip("chromium is missing: apt-get install chromium")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        yield chromium
        chromium.close()


@pytest.fixture
def open_page(browser: Any) -> Iterator[Callable[..., Any]]:
    """Open a report; what the console says and what it asks the network for is collected."""
    contexts = []

    def open_it(path: Path, **options: Any) -> Any:
        context = browser.new_context(**{"viewport": {"width": 1280, "height": 900}, **options})
        contexts.append(context)
        page = context.new_page()
        page.said, page.asked = [], []
        page.on("console", lambda message: page.said.append(message.text))
        page.on("pageerror", lambda error: page.said.append(str(error)))
        page.on("request", lambda request: page.asked.append(request.url))
        page.goto(path.as_uri())
        return page

    yield open_it
    for context in contexts:
        context.close()
