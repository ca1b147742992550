"""The report as a browser shows it: it answers to mouse and keyboard, and leaves nobody out."""

import re
from itertools import pairwise
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

pytestmark = pytest.mark.browser

CASES = {
    "eight arms": {},
    "one arm": {"arms": 1, "seeds": 10},
    "two arms": {"arms": 2, "seeds": 10},
    "twenty arms": {"arms": 20, "seeds": 8},
    "everything censored": {"arms": 5, "seeds": 8, "censored": 1.0},
    "a diverged arm": {"arms": 5, "seeds": 8, "diverged": 8},
    "imported traces": {"arms": 3, "seeds": 8, "pairing": "none", "imported": True},
    "one seed": {"arms": 3, "seeds": 1},
    "a metric that rises": {"arms": 3, "seeds": 8, "metric": "eval_accuracy", "threshold": 0.9},
    "all at the threshold from the start": {"arms": 3, "seeds": 8, "threshold": 100.0},
    "long labels": {
        "arms": 4,
        "seeds": 8,
        "labels": {
            "lstm_backward": "a very long label " * 11,
            "lstm_backward_aligned": "unbroken" * 25,
            "bilstm sum": "شبكة عصبية ثنائية الاتجاه",
        },
    },
}
OVERLAPS = """() => {
  // Texts of one figure, or boxes of the page, that lie on each other.
  const found = [];
  for (const svg of document.querySelectorAll("figure svg")) {
    const boxes = [...svg.querySelectorAll("text")]
      .map((text) => [text.textContent, text.getBoundingClientRect()])
      .filter(([, box]) => box.width > 0);
    boxes.forEach(([name, a], i) => boxes.slice(i + 1).forEach(([other, b]) => {
      const x = Math.min(a.right, b.right) - Math.max(a.left, b.left);
      const y = Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top);
      if (x > 2 && y > 0.4 * Math.min(a.height, b.height)) found.push([name, other]);
    }));
  }
  return found;
}"""


@pytest.mark.parametrize("name", CASES)
def test_it_opens_without_an_error_or_a_request(report, open_page, name):
    page = open_page(report(**CASES[name]))
    assert page.said == []
    assert [url for url in page.asked if not url.startswith(("file:", "data:", "blob:"))] == []
    assert len(page.asked) == len([url for url in page.asked if url.startswith("data:")]) + 1


@pytest.mark.parametrize("name", CASES)
def test_no_words_overlap_and_no_figure_is_empty(report, open_page, name):
    page = open_page(report(**CASES[name]))
    assert page.evaluate(OVERLAPS) == []
    figures = page.locator("figure svg")
    assert figures.count() >= 3
    for k in range(figures.count()):
        assert figures.nth(k).locator("path, use, rect").count() >= 4


@pytest.mark.parametrize("name", CASES)
def test_a_phone_never_scrolls_sideways_and_shows_figures_whole(report, open_page, name):
    page = open_page(report(**CASES[name]), viewport={"width": 360, "height": 740})
    page.wait_for_timeout(500)
    assert page.evaluate("document.documentElement.scrollWidth") == 360
    cut = page.locator("figure.figure").evaluate_all(
        """all => all.filter((figure) => {
          const box = figure.querySelector(".scroll");
          return box.scrollWidth > box.clientWidth;
        }).map((figure) => figure.dataset.shown)"""
    )
    assert cut == []
    assert page.evaluate(OVERLAPS) == []


def test_a_window_made_narrow_and_wide_again_shows_wide_figures(report, open_page):
    page = open_page(report())
    wide = page.locator("#figure-forest .canvas").inner_html()
    page.set_viewport_size({"width": 400, "height": 900})
    expect(page.locator("#figure-forest svg")).to_have_attribute("viewBox", re.compile("0 0 252 "))
    page.set_viewport_size({"width": 1280, "height": 900})
    page.wait_for_timeout(500)
    assert page.locator("#figure-forest .canvas").inner_html() == wide


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("name", CASES)
def test_axe_finds_nothing_serious(report, open_page, name, scheme):
    page = open_page(report(**CASES[name]), color_scheme=scheme)
    found = Axe().run(page).response["violations"]
    serious = [
        (violation["id"], [node["html"][:120] for node in violation["nodes"][:3]])
        for violation in found
        if violation["impact"] in {"serious", "critical"}
    ]
    assert serious == []


def test_the_slider_changes_verdicts_and_figures_together(report, open_page):
    page = open_page(report(), viewport={"width": 1280, "height": 2000})
    grid = page.locator("#grid-level")
    names, seen = [], []
    page.focus("#slider-level")
    page.keyboard.press("Home")
    for level in range(grid.locator(".level").count()):
        if level:
            page.keyboard.press("ArrowRight")
        expect(grid).to_have_attribute("data-level", str(level))
        shown = grid.locator(".level:visible")
        assert shown.count() == 1
        names.append(shown.get_attribute("data-name"))
        level_name = names[-1].split(",")[0]
        assert level_name in page.locator("#name-level").inner_text()
        for figure in ("survival-level", "forest-level"):
            assert level_name in page.locator(f"#figure-{figure} svg").text_content()
            said = page.locator(f"#figure-{figure} .said:visible")
            assert said.count() == 1
            assert level_name in said.inner_text()
        verdicts = shown.locator(".badge").all_inner_texts()
        drawn = page.locator("#figure-forest-level svg").text_content()
        assert all(re.sub(r"^\W+", "", verdict) in drawn for verdict in verdicts)
        seen.append(page.locator("#figure-survival-level .canvas").inner_html())
    assert len(set(names)) == len(names) == 9
    assert len(set(seen)) == 9


def test_arms_are_switched_off_by_keyboard(report, open_page):
    page = open_page(report())
    line = page.locator('#figure-learning_curves [id$="--arm-1-line"]')
    label = page.locator('#figure-learning_curves [id$="--arm-1-label"]')
    other = page.locator('#figure-learning_curves [id$="--arm-0-line"]')
    assert line.is_visible()
    assert label.is_visible()
    page.focus("#arm-1")
    page.keyboard.press("Space")
    assert not line.is_visible()
    assert not label.is_visible()
    assert other.is_visible()
    page.keyboard.press("Space")
    assert line.is_visible()


def test_single_runs_can_be_switched_on(report, open_page):
    page = open_page(report())
    runs = page.locator('#figure-learning_curves [id*="--raw-0-"]')
    assert runs.count() == 32
    assert not runs.first.is_visible()
    page.check("#show-raw")
    assert runs.first.is_visible()


def test_the_loss_axis_becomes_logarithmic_and_linear_again(report, open_page):
    page = open_page(report())
    canvas = page.locator("#figure-learning_curves .canvas")
    linear = canvas.inner_html()
    page.check("#log-learning_curves")
    expect(page.locator("#figure-learning_curves svg")).to_contain_text("0.05")
    page.check("#linear-learning_curves")
    assert canvas.inner_html() == linear


def test_values_are_read_out_by_keyboard_and_by_pointer(report, open_page):
    page = open_page(report())
    page.focus("#reading")
    page.keyboard.press("Home")
    assert page.locator("#read-at").inner_text() == "at epoch 0"
    first = page.locator('[data-read="0"]').inner_text()
    assert re.match(r"0\.\d+ \(0\.\d+ to 0\.\d+\)", first)
    figure = page.locator("#figure-learning_curves svg")
    figure.scroll_into_view_if_needed()
    box = figure.bounding_box()
    page.mouse.move(box["x"] + box["width"] * 0.4, box["y"] + box["height"] * 0.5)
    assert page.locator("#read-at").inner_text() != "at epoch 0"
    assert page.locator('[data-read="0"]').inner_text() != first
    assert page.locator("#figure-learning_curves .guide").count() == 1


def test_tables_sort_by_number_and_back(report, open_page):
    page = open_page(report())
    table = page.locator('table[data-table="arms"]')
    column = table.locator("thead th", has_text="Restricted mean")
    place = column.evaluate("head => [...head.parentNode.children].indexOf(head)")
    cells = f"tbody tr > :nth-child({place + 1})"

    def values() -> list[float]:
        keys = table.locator(cells).evaluate_all("cells => cells.map((c) => c.dataset.sort)")
        return [float(key) for key in keys]

    column.locator("button").focus()
    page.keyboard.press("Enter")
    assert column.get_attribute("aria-sort") == "ascending"
    assert values() == sorted(values())
    page.keyboard.press("Enter")
    assert column.get_attribute("aria-sort") == "descending"
    assert values() == sorted(values(), reverse=True)


def test_downloads_equal_the_files_on_disk(report, open_page):
    path = report()
    page = open_page(path, accept_downloads=True)
    links = page.locator("a.csv")
    files = (path.parent / "tables").glob("*.csv")
    assert links.count() == sum(len(file.read_text().splitlines()) > 1 for file in files)
    for k in range(links.count()):
        if k % 9 == 0:  # Chromium lets a page save ten files in quick succession
            page.reload()
        with page.expect_download() as download:
            links.nth(k).click()
        name = download.value.suggested_filename
        saved = Path(download.value.path()).read_bytes()
        assert saved == (path.parent / "tables" / name).read_bytes()


@pytest.mark.parametrize(("kind", "magic"), [("svg", b"<svg"), ("png", b"\x89PNG")])
def test_a_figure_is_saved_as_it_is_shown(report, open_page, kind, magic):
    page = open_page(report(), accept_downloads=True)
    page.uncheck("#arm-1")
    with page.expect_download() as download:
        page.click(f'#figure-learning_curves [data-save="{kind}"]')
    content = Path(download.value.path()).read_bytes()
    assert content.startswith(magic)
    assert download.value.suggested_filename == f"learning_curves.{kind}"
    if kind == "svg":
        assert b"--arm-0-line" in content
        assert b"--arm-1-line" not in content
        assert b"--raw-" not in content


def test_everything_that_matters_is_there_without_javascript(report, open_page):
    page = open_page(report(), java_script_enabled=False)
    for section in ("answer", "curves", "times", "contrasts", "thresholds", "luck", "models"):
        assert page.locator(f"#{section}").is_visible()
    assert page.locator("#answer .answers li").count() == 7
    assert page.locator("figure svg").first.is_visible()
    assert page.locator("#grid-level .level:visible").count() == 1
    assert not page.locator("#slider-level").is_visible()
    assert page.locator("a.csv").first.get_attribute("href").startswith("data:application/gzip")
    page.uncheck("#arm-1")
    assert not page.locator('#figure-learning_curves [id$="--arm-1-line"]').is_visible()


def test_print_has_every_section(report, open_page, tmp_path):
    page = open_page(report())
    page.pdf(path=tmp_path / "report.pdf", prefer_css_page_size=True)
    content = (tmp_path / "report.pdf").read_bytes()
    assert content.startswith(b"%PDF")
    page.emulate_media(media="print")
    for heading in page.locator("section > h2").all():
        assert heading.evaluate("h => h.getBoundingClientRect().height > 0")
    assert not page.locator("#slider-level").is_visible()
    assert not page.locator("nav").is_visible()


def test_landmarks_headings_and_pictures_speak(report, open_page):
    page = open_page(report())
    for landmark in ("header", "nav", "main", "footer"):
        assert page.locator(f"body > {landmark}").count() == 1
    levels = page.locator("h1, h2, h3").evaluate_all("all => all.map((h) => Number(h.tagName[1]))")
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(b - a <= 1 for a, b in pairwise(levels))
    for picture in page.locator("figure svg").all():
        assert picture.get_attribute("role") == "img"
        assert len(picture.get_attribute("aria-label")) > 40
