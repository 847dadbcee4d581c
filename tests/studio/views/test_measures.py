"""What Results says of rounds where none can be measured: a studio may lack the feature that does."""

import pytest

from gal_studio.core.jobs.kinds import JOB_KINDS
from tests.studio.conftest import Place
from tests.ui.seeded import go_on, measure

ADVICE = "Add benchmark images to find out."


def test_only_a_studio_that_measures_has_columns_for_it_and_asks_for_more_images(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    studio, first = place.studio, place.round
    measures = JOB_KINDS.get("measure", JOB_KINDS["quality"])
    monkeypatch.delitem(JOB_KINDS, "measure", raising=False)
    words = studio.measures(place.project).words
    assert words.columns == words.counted == ()
    studio.accept_suggestion(first)
    second = go_on(studio, first)
    for one in (first, second):
        measure(studio, one)
    assert studio.measures(place.project).words.columns, "what another studio has measured"
    assert studio.measures(place.project).headline.endswith("may be chance.")
    monkeypatch.setitem(JOB_KINDS, "measure", measures)
    assert studio.measures(place.project).headline.endswith(f"may be chance. {ADVICE}")
