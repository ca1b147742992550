"""A PDF carries the glyphs that it shows, and nothing that composes others."""

from fontTools import subset

from thresher.drawing.saving import save
from thresher.drawing.style import new


def test_a_pdf_s_font_is_reduced_to_glyphs_and_other_users_of_fonttools_see_no_change(
    tmp_path, monkeypatch
):
    before = subset.Options().drop_tables
    reduced, whole = [], subset.Subsetter.subset

    def noted(self, font):
        whole(self, font)
        reduced.append(set(font.keys()))

    monkeypatch.setattr(subset.Subsetter, "subset", noted)
    figure = new(2, 2)
    figure.text(0.1, 0.5, "fi −12 %")
    assert save(figure, tmp_path / "a.pdf") == ""
    assert reduced
    for tables in reduced:
        assert {"glyf", "hmtx"} <= tables
        assert not {"GSUB", "GPOS", "GDEF", "kern"} & tables
    assert subset.Options().drop_tables == before
