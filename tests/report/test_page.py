"""The page as a whole: what stands where, whatever a study, a user or a figure brings."""

import base64
import gzip
import html
import json
import re
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

import made_up
from thresher import analyses
from thresher.gallery import GalleryError
from thresher.metric import Axis
from thresher.registry import SECTIONS, View, ViewColumn
from thresher.report import embed
from thresher.report.material import load
from thresher.report.page import render
from thresher.report.sections import sections
from thresher.results import Results

CASES = {
    "default": {},
    "accuracy": {"metric": "eval_accuracy", "threshold": 0.9},
    "imported": {"imported": True, "axis": Axis("step", "steps")},
    "one arm": {"arms": 1},
    "one seed": {"seeds": 1},
    "all censored": {"censored": 1.0},
    "all at the start": {"threshold": 100.0},
    "all diverged": {"arms": 2, "diverged": 8, "diverged_at": 5},
}


def small(**case):
    return made_up.results(**{"arms": 3, "seeds": 8, "budget": 400, **case})


def words_of(page: str) -> str:
    """Return what a page says, without figures, scripts, downloads and the specification."""
    text = re.sub(r"<(script|style|svg).*?</\1>", "", page, flags=re.DOTALL)
    text = re.sub(r'<section id="downloads".*?</section>', "", text, flags=re.DOTALL)
    text = re.sub(r"<pre.*?</pre>", "", text, flags=re.DOTALL)
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", text))


def test_the_page_may_load_nothing_and_run_its_own_script_only(material):
    page = render(material(small()))
    (policy,) = re.findall(r'http-equiv="Content-Security-Policy" content="([^"]*)"', page)
    rules = dict(rule.split(" ", 1) for rule in html.unescape(policy).split("; "))
    (script,) = re.findall(r"<script>(.*?)</script>", page, re.DOTALL)
    assert rules["default-src"] == "'none'"
    assert rules["script-src"] == f"'{embed.script_hash(script)}'"
    assert "connect-src" not in rules
    assert not re.search(r"<[^>]+\son\w+=", page)


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_every_kind_of_study_has_a_page_in_its_own_words(case, material):
    given = small(**case)
    text = words_of(render(material(given)))
    assert given.study.report.title in text
    if given.study.axis.unit != "epochs":
        assert "epoch" not in text.lower()
        assert "Steps to threshold" in text
    if given.study.metric.name != "eval_loss":
        assert "a held-out accuracy at or above 0.9" in text
    if given.study.training is None:
        for word in ("held-out set", "initial weights", "batches", "Milliseconds", "Determinism"):
            assert word not in text
        assert "made elsewhere" in text
    assert not re.search(r"\bnan\b|\bNone\b|\(∞\)|0 epochs later|\b1 (seeds|runs|rows)\b", text)


def test_a_user_s_words_are_text_and_never_markup(material):
    bad = "<script>alert(1)</script>"
    page = render(material(small(labels={"lstm_backward": bad})))
    assert bad not in page
    assert "&lt;script&gt;" in page


def test_long_names_of_arms_break_after_an_underscore_only(material):
    page = render(material(small(arms=3)))
    assert "<bdi>lstm_backward</bdi>" in page
    assert "<bdi>lstm_<wbr>backward_<wbr>aligned</bdi>" in page
    assert "lstm_backward_aligned" in words_of(page)


def test_labels_from_right_to_left_are_set_apart(material):
    label = "شبكة عصبية"
    page = render(material(small(labels={"lstm_backward": label})))
    sentence = re.search(r"<p>([^\n]*against lstm_forward|[^\n]*than lstm_forward)", page)
    assert sentence
    assert f"<bdi>{label}</bdi>" in sentence[0]
    cell = re.search(r'<th scope="row"[^>]*>(.*?)</th>', page[page.index(label) :])
    assert cell
    assert "<bdi>" in cell[1]


def test_figures_stand_in_their_sections_in_order_with_no_name_known_here(shown, material):
    pictures = (
        shown("later", section="luck", order=20),
        shown("sooner", section="luck", order=10),
        shown("sooner", variant="log", section="luck", order=10),
    )
    given = material(small(), shown=pictures, phone=pictures)
    luck = next(section for section in sections(given) if section.id == "luck")
    assert [picture.slot for picture in luck.figures] == ["sooner", "later"]
    assert luck.figures[0].log == "sooner.log"
    page = render(given)
    assert 'id="figure-sooner"' in page
    assert 'id="packed-sooner.log"' in page
    assert 'value="sooner.log"' in page
    assert 'id="packed-phone-later"' in page


def test_variants_over_a_grid_stand_under_its_slider(shown, material):
    results = small()
    levels = [shown("own", f"level-{k}") for k in range(len(results.levels))]
    given = material(results, shown=(shown("own"), *levels))
    found = {section.id: section for section in sections(given)}
    assert [picture.slot for picture in found["times"].figures] == ["own"]
    grid = next(grid for grid in found["thresholds"].grids if grid.name == "level")
    (picture,) = grid.figures
    assert picture.slot == "own-level"
    assert picture.key == f"own.level-{grid.primary}"
    assert [title for title, _ in picture.steps] == [level.title for level in levels]
    page = render(given)
    assert page.count('class="said" hidden') == len(levels) - 1
    assert 'id="packed-own.level-0"' in page


def test_a_table_of_a_new_analysis_is_shown_by_its_view_alone(material, monkeypatch):
    results = small()
    own = View("omnibus", "luck", "A new table", (ViewColumn("How many arms", "arms", "count"),))
    every = [*analyses.views(), own]
    monkeypatch.setattr(analyses, "views", lambda: every)
    luck = next(s for s in sections(material(results)) if s.id == "luck")
    assert luck.views[-1].caption == "A new table"
    assert luck.views[-1].rows[0][0].text == "3"


def test_sections_follow_the_registry_and_empty_ones_stay_away(material):
    found = [section.id for section in sections(material(small()))]
    assert found == [key for key in SECTIONS if key in found]
    assert {"answer", "method", "downloads", "contrasts"} <= set(found)
    names = {s.id: s.name for s in sections(material(small(axis=Axis("step", "steps"))))}
    assert names["times"] == "Steps to threshold"


def test_the_section_on_models_is_named_by_what_is_in_it(material):
    own = {s.id: s for s in sections(material(small(imported=True)))}["models"]
    assert own.views
    assert not own.figures
    assert (own.name, own.heading) == ("How the runs end",) * 2


@pytest.mark.parametrize("pairing", ["none", "data"])
def test_one_sign_per_seed_is_said_of_pairs_only(pairing, material):
    found = {s.id: s for s in sections(material(small(pairing=pairing)))}["thresholds"]
    said = " ".join(note for grid in found.grids for note in grid.notes)
    assert "adjusted for having looked at all of it" in said
    assert ("One sign per seed" in said) == (pairing == "data")


def test_the_page_is_the_same_every_time_and_small_enough(report):
    path = report()
    assert path.stat().st_size < 3_000_000
    folder = path.parent
    tables = {p.stem: p for p in (folder / "tables").glob("*.csv")}
    runs = sorted(folder.glob("*.run.json"))
    drawn = folder / "figures", folder / "phone"
    again = load(made_up.results(), tables, *drawn, runs, folder / "canary.json")
    assert render(again) == path.read_text()


@pytest.mark.parametrize("lost", ["figures/forest.svg", "figures/figures.json", "phone/runs.svg"])
def test_a_missing_figure_is_an_error_that_names_it(report, lost):
    path = report(arms=3, seeds=8)
    folder = path.parent
    tables = {p.stem: p for p in (folder / "tables").glob("*.csv")}
    kept = (folder / lost).read_bytes()
    (folder / lost).unlink()
    try:
        with pytest.raises(GalleryError, match=f"{re.escape(lost)}.*missing.*run again"):
            load(small(), tables, folder / "figures", folder / "phone")
    finally:
        (folder / lost).write_bytes(kept)


def test_facts_that_can_t_be_read_are_named(tmp_path, report):
    folder = report(arms=3, seeds=8).parent
    tables = {p.stem: p for p in (folder / "tables").glob("*.csv")}
    bad = tmp_path / "seeds_00000.run.json"
    bad.write_text("{")
    drawn = folder / "figures", folder / "phone"
    with pytest.raises(ValueError, match=r"seeds_00000\.run\.json: can't be used.*delete it"):
        load(small(), tables, *drawn, runs=[bad])


def crowd(arms: int) -> Results:
    """Give a small study many arms by repeating the rows of its own."""
    results = small()
    names = [f"arm_{k:03d}" for k in range(arms)]
    made = tuple(replace(results.study.arms[0], label=name) for name in names)

    def many(table: pd.DataFrame) -> pd.DataFrame:
        if "arm" not in table or table.empty:
            return table
        own = table[table["arm"] == table["arm"].iloc[0]]
        return pd.concat([own.assign(arm=name) for name in names], ignore_index=True)

    tables = {name: many(table) for name, table in results.tables.items()}
    tables["pairs"] = pd.concat([tables["pairs"]] * 100, ignore_index=True)
    return Results(replace(results.study, arms=made), tables, results.evaluations)


def test_two_hundred_arms_stay_small(material):
    results = crowd(200)
    csv = {name: table.to_csv(index=False).encode() for name, table in results.tables.items()}
    page = render(replace(material(results), csv=csv))
    assert len(page.encode()) < 6_000_000
    assert f"the first 1,000 of {len(results.table('pairs')):,} rows, all of them in" in page


def test_tables_too_large_for_the_page_are_named_instead(material, monkeypatch):
    monkeypatch.setattr(embed, "CARRIED", 100)
    page = render(material(small()))
    assert "contrasts.csv, too large for this page" in page
    assert page.count('class="csv"') < len(analyses.schemas())


def test_a_packed_file_is_whole_or_given_up_once_it_is_too_large(monkeypatch):
    monkeypatch.setattr(embed, "_PIECE", 1000)
    content = np.random.default_rng(0).bytes(50_000)
    packed = embed.pack(content)
    assert gzip.decompress(base64.b64decode(packed)) == content
    assert embed.pack(content, len(packed)) == packed == embed.pack(content)
    assert embed.pack(content, 10_000) == ""


def test_the_specification_is_the_whole_study(material):
    results = small()
    page = render(material(results))
    text = re.search(r"as JSON</summary><pre[^>]*><code>(.*?)</code>", page, re.DOTALL)
    assert text
    assert json.loads(html.unescape(text[1])) == json.loads(results.study.document())
