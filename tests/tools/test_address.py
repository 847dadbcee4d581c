"""The address of the repository is set once, and written wherever it is named."""

import pytest

from gal_studio.version import REPOSITORY
from tools.address import ROOT, UNKNOWN, WRITTEN, filled

SOME = "https://example.org/ada/gal-studio"


@pytest.mark.parametrize("name", WRITTEN)
def test_files_have_the_address_that_is_set(name: str) -> None:
    text = (ROOT / name).read_text(encoding="utf-8")
    assert filled(name, REPOSITORY) == text, "run python -m tools.address"


def test_an_address_is_written_and_taken_out_again(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, write in WRITTEN.items():
        text = (ROOT / name).read_text(encoding="utf-8")
        made = write(text, SOME)
        assert SOME in made and f"clone --depth 1 {UNKNOWN}" not in made
        assert write(made, SOME) == made and write(made, REPOSITORY) == text
