"""A free prompt is drawn by a round, and its picture can be used as a candidate that no statistic counts."""

import numpy as np
import pytest

from gal_studio.core.errors import StudioError
from gal_studio.core.recipe import Recipe
from gal_studio.core.types import Job
from gal_studio.engine.sampling.sampler import draw
from gal_studio.features.trials import job as trials
from gal_studio.features.trials.record import trials_of
from gal_studio.rounds import fingerprints, planned
from gal_studio.rounds.inputs import inputs_of
from gal_studio.state import Store
from gal_studio.studio import Studio
from gal_studio.worker.models import Models
from tests.tiny_project import tiny_draft
from tests.worker.working import first_round, work

Names = tuple[str, str]
OWN = "A lighthouse in ink style"


@pytest.fixture
def drawn(studio: Studio, models: Models, names: Names) -> str:
    """A first round with its candidates."""
    round_id = first_round(studio, tiny_draft(names))
    work(studio, models, studio.fine_tune(round_id))
    work(studio, models, studio.generate(round_id))
    return round_id


def job_of(studio: Studio, round_id: str) -> Job:
    jobs = studio.store.jobs.of_project(studio.store.rounds.get(round_id).project_id)
    return next(job for job in reversed(jobs) if job.kind == "try")


def pixels(store: Store, image: str) -> np.ndarray:
    return np.asarray(store.images.picture(image).convert("RGB"), float)


def test_guidance_and_strength_are_the_person_s(studio: Studio, models: Models, drawn: str) -> None:
    store = studio.store
    like = store.candidates.of_round(drawn)[0]
    prompt = next(
        anchor.prompt for anchor in studio.round_view(drawn).project.anchors if anchor.id == like.anchor_id
    )
    asked = [
        studio.try_prompt(drawn, prompt, like.seed, recipe=Recipe.constant(strength), guidance_scale=guidance)
        for strength, guidance in ((1.0, None), (0.0, None), (2.0, None), (1.0, 9.0), (1.0, None))
    ]
    assert not any(trial.image or trial.trouble for trial in asked)
    assert work(studio, models, job_of(studio, drawn)).state == "completed"
    made = [trials_of(store).get(trial.id) for trial in asked]
    usual, base, strong, guided, again = (pixels(store, trial.image) for trial in made)
    assert np.abs(usual - pixels(store, like.image)).max() <= 2, "the same as the round's own image"
    assert (usual == again).all()
    assert all((usual != other).any() for other in (base, strong, guided))
    assert made[0].scores["similarity_anchor"] == pytest.approx(like.similarity_anchor, abs=1e-3)
    assert made[0].trained_as == store.rounds.get(drawn).trained_as
    avoiding = studio.try_prompt(drawn, prompt, like.seed, negative="A cat")
    unguided = studio.try_prompt(drawn, prompt, like.seed, guidance_scale=1.0, negative="A cat")
    plain = studio.try_prompt(drawn, prompt, like.seed, guidance_scale=1.0)
    assert work(studio, models, job_of(studio, drawn)).state == "completed"
    led, without, same = (
        pixels(store, trials_of(store).get(one.id).image) for one in (avoiding, unguided, plain)
    )
    assert (led != usual).any(), "guidance leads away from the negative prompt"
    assert np.abs(without - same).max() <= 2, "no guidance leads away from anything"
    with pytest.raises(StudioError, match="not trained yet"):
        studio.try_prompt(studio.next_round(drawn).id, prompt)


def test_a_prompt_that_is_tried_while_the_job_ends_gets_another_one(
    studio: Studio, models: Models, drawn: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, finish = studio.try_prompt(drawn, OWN), studio.store.jobs.finish
    late: list[str] = []

    def too_late(job_id: str) -> Job:
        if not late:
            late.append(studio.try_prompt(drawn, OWN, seed=3).id)
        return finish(job_id)

    monkeypatch.setattr(studio.store.jobs, "finish", too_late)
    work(studio, models, job_of(studio, drawn))
    assert trials_of(studio.store).get(first.id).image and not trials_of(studio.store).get(late[0]).image
    assert job_of(studio, drawn).state == "queued"
    work(studio, models, job_of(studio, drawn))
    assert trials_of(studio.store).get(late[0]).image


def test_an_own_candidate_is_decided_and_taught_and_counted_nowhere(
    studio: Studio, models: Models, drawn: str
) -> None:
    store, before = studio.store, studio.round_view(drawn)
    trial = studio.try_prompt(drawn, "A lighthouse {}", seed=7)
    assert trial.prompt == OWN
    work(studio, models, job_of(studio, drawn))
    chosen = studio.use_trial(trial.id)
    assert studio.use_trial(trial.id) == chosen, "once"
    view = studio.round_view(drawn)
    tile = view.candidates[-1]
    assert (tile.candidate.id, tile.prompt, tile.candidate.own) == (chosen, OWN, True)
    assert (view.scores, view.mean_entropy, view.example_weight) == (
        before.scores, before.mean_entropy, before.example_weight,
    )  # fmt: skip
    assert view.complete and view.sentence == before.sentence
    assert [one.prompt for one in view.pool] == [one.prompt for one in before.pool], "no round generates it"
    following = studio.next_round(drawn).id
    untaught = fingerprints.training_fingerprint(inputs_of(store, following))
    studio.decide([chosen], "accepted")
    assert fingerprints.training_fingerprint(inputs_of(store, following)) != untaught
    (example,) = [one for one in studio.training_set(following) if not one.is_reference]
    assert (example.prompt, example.image, example.weight) == (OWN, tile.candidate.image, view.example_weight)
    assert len(studio.pool(following)) == len(before.pool)
    assert studio.choices(view.project.id) == (), "nothing was suggested for it"
    studio.undo(drawn)
    assert fingerprints.training_fingerprint(inputs_of(store, following)) == untaught
    studio.redo(drawn)
    studio.forget_trial(trial.id)
    assert studio.trials(view.project.id) == ()
    assert studio.round_view(drawn).accepted == 1, "the candidate stays"
    studio.restore_trial(trial.id)
    assert studio.trials(view.project.id) == (trials_of(store).get(trial.id),)
    assert work(studio, models, studio.fine_tune(following)).state == "completed"


def test_an_own_picture_for_a_test_prompt_answers_it(studio: Studio, models: Models, drawn: str) -> None:
    anchor = studio.pool(drawn)[0]
    trial = studio.try_prompt(drawn, anchor.prompt, seed=123)
    work(studio, models, job_of(studio, drawn))
    studio.decide([studio.use_trial(trial.id)], "accepted")
    assert anchor.id not in {one.id for one in studio.pool(studio.next_round(drawn).id)}
    assert planned.missing(studio.store.snapshots.round(drawn)) == ()
    (choice,) = studio.choices(studio.store.rounds.get(drawn).project_id)[0].choices
    assert choice.verdict == "accepted"


def test_what_cannot_be_is_said(studio: Studio, models: Models, names: Names) -> None:
    round_id = first_round(studio, tiny_draft(names))
    work(studio, models, studio.fine_tune(round_id))
    for wrong, said in (
        ({"prompt": "  "}, "empty"),
        ({"prompt": "x" * 301}, "at most 300"),
        ({"seed": -1}, "seed"),
        ({"guidance_scale": float("nan")}, "guidance"),
    ):
        with pytest.raises(StudioError, match=said):
            studio.try_prompt(round_id, **{"prompt": OWN, **wrong})  # type: ignore[arg-type]
    plain = studio.try_prompt(round_id, "A lighthouse at night")
    with pytest.raises(StudioError, match="not generated yet"):
        studio.use_trial(plain.id)
    work(studio, models, job_of(studio, round_id))
    with pytest.raises(StudioError, match="press Generate first"):
        studio.use_trial(plain.id)
    work(studio, models, studio.generate(round_id))
    with pytest.raises(StudioError, match=r"does not name what the project trains \(in ink style\)"):
        studio.use_trial(plain.id)


def test_one_that_cannot_be_drawn_holds_up_no_other(
    studio: Studio, models: Models, drawn: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refusing(model, requests, settings, references=None):  # type: ignore[no-untyped-def]
        if any("unreadable" in request.prompt for request in requests):
            raise StudioError("The prompt is too long for the model.")
        yield from draw(model, requests, settings, references)

    monkeypatch.setattr(trials, "draw", refusing)
    asked = [studio.try_prompt(drawn, prompt, seed) for seed, prompt in enumerate([OWN, "unreadable", OWN])]
    assert work(studio, models, job_of(studio, drawn)).state == "completed"
    first, odd, last = (trials_of(studio.store).get(trial.id) for trial in asked)
    assert first.image and last.image and not odd.image
    assert odd.trouble == "The prompt is too long for the model."
