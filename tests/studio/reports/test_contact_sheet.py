"""The text of the contact sheets."""

from gal_studio.studio.reports.contact_sheet import fitted, font

SIGNS = "6 of 10 are copies, none at × .55 or less: “A kite” … don’t"


def test_every_sign_of_a_sentence_is_drawn() -> None:
    drawn = font(12)
    lacking = bytes(drawn.getmask("\ufffe"))
    text = fitted(SIGNS, 12, 2000)
    assert [sign for sign in text if bytes(drawn.getmask(sign)) == lacking] == []


def test_long_text_is_cut_with_an_ellipsis() -> None:
    cut = fitted(SIGNS, 12, 100)
    assert cut.endswith("…")
    assert font(12).getlength(cut) <= 100
