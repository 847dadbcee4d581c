"""What is said of a replay beside its project."""

from gal_studio.core.intervals import Outcome
from gal_studio.core.measures.report import Change
from gal_studio.research.replays.view import difference_words


def change(value: float, verdict: Outcome = "unclear", low: float = 0.4, high: float = 0.6) -> Change:
    return Change(value, low, high, 24, 12, 0.01, verdict)


def test_of_a_replay_it_is_said_what_differs_clearly() -> None:
    unclear = change(0.1)
    assert difference_words({}, 2) == ""
    assert difference_words({"as_asked": change(-0.25, "less"), "copies": unclear}, 2) == (
        "Round 2 compared with yours: 25 percentage points less prompt match."
    )
    assert difference_words({"copies": change(0, low=0, high=0)}, 2) == (
        "Round 2 came out the same as yours."
    )
    assert difference_words({"as_asked": unclear, "copies": unclear}, 2) == (
        "Round 2 compared with yours: no clear difference."
    )
