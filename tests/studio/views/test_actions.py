"""The buttons of a round: what comes next, what is closed, where one leads."""

from types import SimpleNamespace
from typing import Any

from gal_studio.core.variants.fine_tune import FINE_TUNED
from gal_studio.core.variants.instant import INSTANT
from gal_studio.core.variants.refine import REFINED
from gal_studio.core.variants.registry import VARIANTS
from gal_studio.core.variants.variant import Action, Variant
from gal_studio.rounds.closed import ALL_REVIEWED
from gal_studio.state.hooks import actions_of
from gal_studio.studio.views.actions import BUSY, FOLLOWED, QUEUED, ActionsView, actions_view
from tests.invented.variant import BASELINE


def chip(**changes: Any) -> Any:
    """A round in the strip: the shown one, or another one by its changes."""
    own = {
        "id": "r", "parent_id": None, "made_by": "next_round", "empty": False, "copy_of": None, "kept": None,
        "aside": False, "accepted": 0, "suggested": 1,
    }  # fmt: skip
    return SimpleNamespace(**own | changes)


def after(name: str = "next", **changes: Any) -> Any:
    """One that follows the shown round."""
    return chip(**{"id": name, "parent_id": "r"} | changes)


def working(kind: str, round_id: str = "r", state: str = "running", background: bool = False) -> Any:
    """A job."""
    return SimpleNamespace(kind=kind, round_id=round_id, state=state, background=background)


def of(
    own: Any = None, *others: Any, variant: Variant = FINE_TUNED, job: Any = None, waiting: Any = (),
    by_itself: str = "", **changes: Any,
) -> ActionsView:  # fmt: skip
    """The buttons of a trained round with all its images, one suggested."""
    view = {
        "id": "r", "actions": actions_of(variant), "tunes": variant.tunes, "refines": variant.refines,
        "with_references": variant.with_references, "step": "accept", "own_step": "", "closed": {},
        "candidates": ("c",), "complete": True, "trained": True, "source": "", "repeats": "",
    }  # fmt: skip
    given: Any = SimpleNamespace(**view | changes)
    queue: Any = SimpleNamespace(working=[job] if job else [], waiting=waiting)
    return actions_view(given, [own or chip(), *others], job, queue, by_itself)


def test_accept_is_next_while_nothing_is_accepted_then_the_next_round() -> None:
    assert of().next == "accept"
    assert of(chip(accepted=1), closed={"accept": ALL_REVIEWED}).next == "next_round"
    assert of(chip(accepted=1, suggested=2)).next == "accept"
    enough = of(chip(accepted=1))
    assert enough.next == "next_round" and "accept" not in enough.closed, "whichever images they are"


def test_a_next_round_that_would_only_repeat_this_one_is_not_what_comes_next() -> None:
    nothing = {"accept": ALL_REVIEWED}
    assert of(step="next_round", closed=nothing).next == "choose"
    assert of(step="next_round", closed=nothing, source="ink.safetensors").next == "done", "a LoRA was judged"
    assert of(None, after(), step="next_round", closed=nothing).next == "next_round", "it is there already"
    first = of(variant=INSTANT, step="next_round", closed=nothing)
    assert first.next == "next_round", "it learns the references for the first time"
    assert of(step="fine_tune", repeats="Round 2").next == "differ"


def test_the_end_has_a_step_and_a_person_may_stop_earlier() -> None:
    assert "done" not in of(step="generate", complete=False).there
    assert "done" in of(step="next_round").there
    assert of(step="done", closed={"accept": ALL_REVIEWED}).next == "done"


def test_run_stands_for_training_and_drawing_where_it_is_there() -> None:
    assert of(step="fine_tune").next == of(step="generate").next == "run"
    assert of(variant=INSTANT, step="generate").next == "generate"
    assert "fine_tune" not in of(source="ink.safetensors").there


def test_a_feature_says_what_comes_next_in_the_rounds_that_it_trains() -> None:
    found = of(variant=REFINED, step="refine", own_step="pairs", complete=False, candidates=())
    assert found.next == "pairs"
    assert "accept" not in found.there and "generate" in found.there
    assert "generate" not in of(variant=REFINED).there


def test_where_the_next_round_went_on_it_is_next_to_go_there_whatever_is_still_suggested() -> None:
    assert of(None, after(empty=True)).next == "accept"
    found = of(None, after())
    assert found.next == "next_round" and found.goes_to == {"next_round": "next"}
    assert found.closed["accept"] == FOLLOWED


def goes_to(action: Action, *others: Any, variant: Variant = FINE_TUNED) -> str | None:
    return of(None, *others, variant=variant).goes_to.get(action)


def test_an_action_goes_to_the_round_that_was_carried_on_or_kept_else_to_the_newest() -> None:
    one, other = after("one"), after("other")
    fine = after("fine", made_by="refine")
    assert goes_to("next_round", one, other, fine) == "other" and goes_to("refine", one, fine) == "fine"
    assert goes_to("generate", one, other, fine) is None
    carried = chip(id="third", parent_id="one")
    assert goes_to("next_round", one, other, carried) == "one"
    assert goes_to("next_round", one, after("other", kept=1), carried) == "other", "What if? kept it"
    assert goes_to("next_round", after("copy", copy_of="r")) is None, "What if? begins it"


def test_next_round_runs_the_round_that_waits_behind_one_with_references() -> None:
    assert goes_to("next_round", after(empty=True), variant=INSTANT) is None
    assert goes_to("next_round", after(), variant=INSTANT) == "next"


def test_all_is_closed_while_a_job_is_active_but_for_one_in_the_background() -> None:
    assert set(of(job=working("fine_tune")).closed.values()) == {BUSY}
    found = of(job=working("measure", background=True))
    assert (found.next, found.closed) == ("accept", {})
    assert of(job=working("measure", state="paused", background=True)).next == "accept", (
        "nobody has to resume"
    )
    assert "next_round" not in of(None, after(), job=working("fine_tune")).closed, "it only goes there"


def test_a_next_round_can_wait_for_other_work_and_for_a_refinement_of_its_own() -> None:
    def is_open(**given: Any) -> bool:
        return "next_round" not in of(**given).closed

    own = {"variant": REFINED, "complete": False, "candidates": ()}
    assert is_open(job=working("refine"), **own) and not is_open(job=working("pairs"), **own)
    assert is_open(job=working("fine_tune", "other")) and not is_open(job=working("fine_tune"))
    assert not is_open(job=working("fine_tune", "other"), candidates=())


def test_an_interrupted_job_is_resumed_first_in_its_own_round() -> None:
    assert of(job=working("generate", state="interrupted")).next == "resume"
    assert of(job=working("generate", state="stopped")).next == "accept", "stopped by the user"
    assert of(job=working("generate", "other", state="paused")).next == "accept"


def test_what_waits_in_the_queue_behind_other_work_is_not_asked_for_again() -> None:
    measuring = working("measure", background=True)
    found = of(job=measuring, waiting=[working("fine_tune", state="queued")])
    assert found.closed == dict.fromkeys(("run", "fine_tune", "generate"), QUEUED)
    assert not of(job=measuring, waiting=[working("fine_tune", "other", state="queued")]).closed


def test_a_project_that_decides_by_itself_says_so_of_every_button() -> None:
    found = of(by_itself="It runs by itself.")
    assert (found.next, set(found.closed.values())) == ("by_itself", {found.by_itself})


def test_a_round_with_a_button_of_its_own_is_made_only_where_one_can_follow() -> None:
    VARIANTS.add(BASELINE)
    try:
        assert of(closed={"make_round": "No test prompt is left."}).closed == {
            BASELINE.name: "No test prompt is left."
        }
    finally:
        VARIANTS.remove(BASELINE)
