"""Reports of made-up studies, and Debian's Chromium to read them with."""

import json
import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import synthetic

from thresher.drawing.style import SINGLE
from thresher.figures.all import draw_all
from thresher.report import write
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


def make_report(folder: Path, settings: dict[str, Any] | None = None, **case: Any) -> Path:
    """Write tables, figures and report of a made-up study; return the page."""
    imported = case.pop("imported", False)
    shape = {"arms": case.get("arms", 8), "seeds": case.get("seeds", 32)}
    paired = case.get("paired", True)
    plan = synthetic.settings(
        **shape, pairing="data+weights" if paired else "none", **(settings or {})
    )
    tables = synthetic.tables(**case)
    if imported:
        tables = {name: table for name, table in tables.items() if name != "predictions"}
    paths = {name: folder / "tables" / f"{name}.csv" for name in tables}
    for name, table in tables.items():
        write_table(table, name, paths[name])
    runs = {key: value for key, value in case.items() if key != "paired"}
    traces = synthetic.traces(**runs)
    draw_all(tables, plan, folder / "figures", traces)
    draw_all(tables, plan, folder / "phone", traces, SINGLE)
    files = []
    if not imported:
        files = [folder / f"{k}.run.json" for k in range(2)]
        for file in files:
            file.write_text(json.dumps(RUN))
        canary = {**CANARY, "identical": True, "largest_deviation": 0.0}
        (folder / "canary.json").write_text(json.dumps(canary))
    page = folder / "report.html"
    drawn = folder / "figures", folder / "phone"
    write(json.dumps(plan), paths, *drawn, files, folder / "canary.json", page)
    return page


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
