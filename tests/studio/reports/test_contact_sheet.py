"""The text of the contact sheets."""

import pytest

from gal_studio.studio.reports import contact_sheet
from gal_studio.studio.reports.contact_sheet import fitted, font, wrapped

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


def test_a_text_is_wrapped_into_the_first_lines() -> None:
    lines = wrapped("one two three four five six seven", 12, 60, 4)
    assert " ".join(lines) == "one two three four five six seven"
    assert all(font(12).getlength(line) <= 60 for line in lines) and len(lines) > 1
    assert wrapped("one two three four five six seven", 12, 60, 1) == lines[:1]
    assert wrapped("a " + "n" * 90 + " b", 12, 60, 9) == ["a", "n" * 90, "b"]


@pytest.mark.parametrize(
    "text", ["n" * 20_000, "n " * 10_000, "\N{COMBINING ACUTE ACCENT}" * 2000 + "n" * 18_000]
)
def test_a_long_text_is_measured_a_few_times(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    measured = []

    class Ruler:
        def getlength(self, part: str) -> float:
            measured.append(len(part))
            return 7.0 * len(part.replace("\N{COMBINING ACUTE ACCENT}", ""))

    monkeypatch.setattr(contact_sheet, "font", lambda _: Ruler())
    assert fitted(text, 20, 512).endswith("…")
    wrapped(text, 11, 512, 4)
    assert sum(measured) < 12 * len(text)
