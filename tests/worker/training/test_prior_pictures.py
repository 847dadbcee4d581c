"""Prior pictures of a training: drawn once by the base model, or the user's own."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest

from gal_studio.core.types import Job
from gal_studio.engine.sampling.sampler import DrawnBatch, DrawRequest
from gal_studio.rounds.fingerprints import is_trained
from gal_studio.rounds.inputs import inputs_of
from gal_studio.rounds.prior import drawn_prior
from gal_studio.studio import Studio
from gal_studio.worker.models import Models
from gal_studio.worker.task import Progress
from gal_studio.worker.training import prior_pictures
from tests.tiny_project import changed, drawing, object_draft, tiny_draft
from tests.worker.working import first_round, trained_round, work

Names = tuple[str, str]
STYLES = ["flat style", "clay style"]


def with_prior(**tune: Any) -> dict[str, Any]:
    return changed(tune={"steps": 2, "prior_styles": STYLES, **tune})


def kept(studio: Studio) -> list[str]:
    """The prompts of the stored prior pictures; what the base model drew for the test prompts is none."""
    rows = studio.store.database.rows("SELECT * FROM class_images WHERE drawn_by NOT LIKE 'base: %'")
    return [row["drawn_by"].split(" / ")[1] for row in rows]


def messages(seen: list[str]) -> Callable[[Job, Progress], None]:
    def watch(_job: Job, progress: Progress) -> None:
        if progress.phase == "class_images":
            seen.append(progress.message)

    return watch


def test_a_style_draws_anchors_in_other_styles_once(studio: Studio, models: Models, names: Names) -> None:
    first = first_round(studio, tiny_draft(names, changes=with_prior()))
    seen: list[str] = []
    assert work(studio, models, studio.fine_tune(first), messages(seen)).state == "completed"
    assert kept(studio) == ["A tie in flat style", "A koala in clay style", "A drum in flat style"]
    assert set(seen) == {"Generating images that keep what the model knows"}
    work(studio, models, studio.generate(first))
    studio.decide([studio.round_view(first).candidates[0].candidate.id], "accepted")
    seen.clear()
    assert work(studio, models, studio.fine_tune(studio.next_round(first).id), messages(seen)).message == ""
    assert seen == [] and len(kept(studio)) == 3


def test_a_later_test_prompt_leaves_prior_pictures_and_trainings_as_they_are(
    studio: Studio, models: Models, names: Names
) -> None:
    first = trained_round(
        studio, models, tiny_draft(names, anchors=["A tie {}", "A koala {}"], changes=with_prior())
    )
    before = kept(studio)
    assert len(before) == 3, "more than anchors"
    studio.add_anchors(studio.projects()[0].id, ["A drum {}"])
    assert is_trained(inputs_of(studio.store, first))
    assert [each.prompt for each in drawn_prior(inputs_of(studio.store, first))] == before


def test_fewer_prior_pictures_are_still_of_all_test_prompts(
    studio: Studio, models: Models, names: Names
) -> None:
    anchors = ["A tie {}", "A koala {}"]
    first = trained_round(
        studio, models, tiny_draft(names, anchors=anchors, changes=with_prior(prior_images=4))
    )
    assert len(kept(studio)) == 4
    settings = studio.store.rounds.get(first).settings.updated({"tune": {"prior_images": 2}})
    studio.store.rounds.set_settings(first, settings)
    assert [each.prompt for each in drawn_prior(inputs_of(studio.store, first))] == kept(studio)[:2]
    assert "koala" in kept(studio)[1], "not the tie in both styles"


@pytest.mark.parametrize(
    ("styles", "words", "count"),
    [
        (["ink style", "clay style"], "is left out of the regularization images", 3),
        (["Ink"], "leaves no other style", 0),
    ],
)
def test_a_style_that_the_model_knows_is_left_out_with_a_sentence(
    studio: Studio, models: Models, names: Names, styles: list[str], words: str, count: int
) -> None:
    first = first_round(studio, tiny_draft(names, changes=with_prior(prior_styles=styles)))
    seen: list[str] = []
    assert work(studio, models, studio.fine_tune(first), messages(seen)).state == "completed"
    assert "The base model already knows 'in ink style'" in seen[0] and words in seen[0]
    assert len(kept(studio)) == count and not any("ink" in prompt for prompt in kept(studio))


def draws_blank(attempts: int) -> Callable[..., Iterator[object]]:
    """A sampler whose first `attempts` drawings of a koala are blank."""
    plain, calls = prior_pictures.draw, []

    def draw(model: object, requests: list[DrawRequest], settings: object) -> Iterator[object]:
        calls.append(requests)
        for event in plain(model, requests, settings):  # type: ignore[arg-type]
            if isinstance(event, DrawnBatch) and len(calls) <= attempts:
                drawn = requests[event.first : event.first + len(event.images)]
                remarks = tuple("flat" if "koala" in each.prompt else "" for each in drawn)
                event = replace(event, remarks=remarks)
            yield event

    return draw


@pytest.mark.parametrize(("attempts", "count"), [(1, 3), (9, 2)])
def test_a_blank_picture_is_drawn_again_and_then_left_out(
    studio: Studio, models: Models, names: Names, monkeypatch: pytest.MonkeyPatch, attempts: int, count: int
) -> None:
    monkeypatch.setattr(prior_pictures, "draw", draws_blank(attempts))
    trained_round(studio, models, tiny_draft(names, changes=with_prior()))
    assert len(kept(studio)) == count


def test_only_blank_pictures_are_refused(
    studio: Studio, models: Models, names: Names, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(prior_pictures, "draw", draws_blank(9))
    first = first_round(studio, tiny_draft(names, anchors=["A koala {}", "koala {}"], changes=with_prior()))
    job = work(studio, models, studio.fine_tune(first))
    assert (job.state, job.message.split(":")[0]) == (
        "error",
        "The base model generates only blank regularization images",
    )


def test_a_lost_picture_is_drawn_again(studio: Studio, models: Models, names: Names) -> None:
    first = trained_round(studio, models, tiny_draft(names, changes=with_prior()))
    lost = studio.store.database.rows("SELECT image FROM class_images")[1]["image"]
    studio.store.images.path(lost).unlink()
    studio.change_settings(studio.store.rounds.get(first).project_id, {"tune": {"steps": 3}})
    assert work(studio, models, studio.fine_tune(first)).state == "completed"
    assert studio.store.images.has(lost), "the same seed generates the same image"


@pytest.mark.parametrize("draft", [tiny_draft, object_draft])
def test_the_users_own_pictures_stand_in(studio: Studio, models: Models, names: Names, draft: Any) -> None:
    prior = [(drawing(4), "A drum in pencil style"), (drawing(5), "a photo of a cat")]
    first = first_round(studio, draft(names, changes=with_prior(prior_images=0), prior=prior))
    project = studio.store.rounds.get(first).project_id
    _, given = studio.store.projects.prior_images(project)
    assert [prompt for prompt, _ in given] == [each[1] for each in prior]
    seen: list[str] = []
    assert work(studio, models, studio.fine_tune(first), messages(seen)).state == "completed"
    assert seen == [] and len(studio.store.database.rows("SELECT * FROM class_images")) == 2
    with_them = studio.store.rounds.losses(first)
    without = trained_round(studio, models, draft(names, changes=with_prior(prior_images=0)))
    assert studio.store.rounds.losses(without) != with_them


def test_a_lost_picture_of_the_users_own_is_one_sentence_and_comes_back(
    studio: Studio, models: Models, names: Names
) -> None:
    prior = [(drawing(4), "A drum in pencil style")]
    first = first_round(studio, tiny_draft(names, changes=with_prior(), prior=prior))
    ((_, image),) = studio.store.projects.prior_images(studio.store.rounds.get(first).project_id)[1]
    data = studio.store.images.read(image)
    studio.store.images.path(image).unlink()
    job = work(studio, models, studio.fine_tune(first))
    assert job.state == "error"
    assert "regularization image of 'A drum in pencil style' is missing from the workspace" in job.message
    studio.store.images.add(data)
    assert work(studio, models, studio.fine_tune(first)).state == "completed"
