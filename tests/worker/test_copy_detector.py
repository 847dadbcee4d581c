"""The second detector in a round: drawn pictures are compared with the reference; the evidence is kept."""

import io
from collections.abc import Mapping
from dataclasses import replace
from unittest.mock import Mock

import numpy as np
import pytest
from PIL import Image

from gal_studio.core.errors import StudioError
from gal_studio.core.patchdpo.carried import style_distance
from gal_studio.core.patchdpo.shown import match
from gal_studio.core.types import CARRIES, FOUND_FROM, SHOWN
from gal_studio.rounds import base_pictures
from gal_studio.state.files.errors import BusyError
from gal_studio.state.tables.refinements import Foreground
from gal_studio.studio import ProjectDraft, ReferenceDraft, Studio
from gal_studio.studio.views.round import candidate_view
from gal_studio.worker.jobs import generate
from gal_studio.worker.jobs.generate import draw_base_pictures
from gal_studio.worker.models import Models
from gal_studio.worker.patches.copy_detector import LearnedLooks, looks_of, open_copy_detector
from gal_studio.worker.task import Task, open_task
from tests.tiny_project import changed, drawing, object_draft, tiny_draft
from tests.worker.working import drawn_round, first_round


def draw(
    studio: Studio, models: Models, names: tuple[str, str], gal: Mapping[str, object] | None = None
) -> str:
    """A round of a style project with its pictures."""
    return drawn_round(studio, models, tiny_draft(names, changes=changed(gal=gal or {})))


def begun(studio: Studio, models: Models, draft: ProjectDraft) -> Task:
    """The training of a new project's first round."""
    return open_task(studio.store, models, studio.fine_tune(first_round(studio, draft)))


def test_every_picture_has_a_score_and_a_map(studio: Studio, models: Models, names: tuple[str, str]) -> None:
    round_id = draw(studio, models, names)
    candidates = studio.store.candidates.of_round(round_id)
    assert len(candidates) == 12
    for candidate in candidates:
        assert 0.0 <= candidate.more_scores[SHOWN] <= 1.0
        assert candidate.is_compared
        (found,) = studio.patch_maps(candidate.id, "shown")
        assert (found.height, found.width) == (16, 16)
    tile = studio.round_view(round_id).candidates[0]
    assert candidate_view(tile, "").compared is True
    assert not studio.patch_maps(tile.candidate.id, "quality")  # the heat map of all likeness is another one


def test_with_prompts_only_nothing_is_compared(
    studio: Studio, models: Models, names: tuple[str, str]
) -> None:
    round_id = draw(studio, models, names, {"copy_detectors": "prompts"})
    for candidate in studio.store.candidates.of_round(round_id):
        assert SHOWN not in candidate.more_scores
        assert not candidate.is_compared
        assert studio.patch_maps(candidate.id, "shown") == ()


def test_a_white_reference_is_compared_and_says_nothing_wrong(
    studio: Studio, models: Models, names: tuple[str, str]
) -> None:
    """It is all ground, without a texture: all figures are numbers, and no training counts as noise by it."""
    sheet = io.BytesIO()
    Image.new("RGB", (40, 32), "white").save(sheet, "PNG")
    changes = changed(gal={"without_ground": True})
    draft = tiny_draft(names, references=[(sheet.getvalue(), "A cat in ink style")], changes=changes)
    round_id = drawn_round(studio, models, draft)
    here = studio.store.snapshots.round(round_id)
    assert len(here.candidates) == 12
    for one in here.candidates:
        assert all(np.isfinite(value) for value in one.more_scores.values())
        assert 0.0 <= one.chance <= 1.0 and 0.0 <= one.utility <= 1.0
    assert here.best_recipe is not None and studio.proposal(round_id, "uncertainty") is not None


def refuse_detectors(monkeypatch: pytest.MonkeyPatch, error: StudioError) -> None:
    monkeypatch.setattr(generate, "open_copy_detector", Mock(side_effect=error))


def test_without_a_detector_the_prompts_alone_decide(
    studio: Studio, models: Models, names: tuple[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    refuse_detectors(monkeypatch, StudioError("The vision model has no patch features."))
    round_id = draw(studio, models, names)
    candidates = studio.store.candidates.of_round(round_id)
    assert [one.overfit for one in candidates] == [one.overfit_by_prompts for one in candidates]
    assert not any(one.is_compared for one in candidates)


def test_a_disk_that_is_full_ends_the_job_instead_of_the_detector(
    studio: Studio, models: Models, names: tuple[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    refuse_detectors(monkeypatch, BusyError("Another program is using the workspace."))
    task = begun(studio, models, tiny_draft(names))
    with pytest.raises(BusyError):
        list(generate.open_detector(task))


def test_the_base_model_draws_with_the_project_settings_in_a_round_that_has_others(
    studio: Studio, models: Models, names: tuple[str, str]
) -> None:
    task = begun(studio, models, tiny_draft(names))
    list(draw_base_pictures(task))
    project = task.project.settings.generation
    other = replace(
        task, settings=replace(task.settings, generation=replace(project, steps=project.steps + 2))
    )
    expected = base_pictures.of_project(task.store, task.project)
    with task.store.database.transaction() as connection:
        connection.execute("DELETE FROM class_images")
    list(draw_base_pictures(other))
    assert base_pictures.of_project(task.store, task.project) == expected, "the same files by their content"


def test_the_reference_itself_is_a_copy(studio: Studio, models: Models, names: tuple[str, str]) -> None:
    task = begun(studio, models, tiny_draft(names))
    detector = open_copy_detector(task)
    reference = studio.store.images.picture(studio.store.projects.references(task.project.id)[0].image)
    evidence = detector.compare([reference, reference], ["A", "B"])
    assert [each.score for each in evidence] == [1.0, 1.0]
    inside = detector.sought[0].patches
    assert evidence[0].map.values[inside].min() > 0.9
    alone = detector.compare([reference], ["A"])[0]
    assert np.array_equal(alone.map.values, evidence[0].map.values)


def test_a_prompt_that_the_base_model_draws_like_the_reference_is_expected_to_be_alike(
    studio: Studio, models: Models, names: tuple[str, str]
) -> None:
    task = begun(studio, models, tiny_draft(names))
    detector = open_copy_detector(task)
    reference = studio.store.images.picture(studio.store.projects.references(task.project.id)[0].image)
    other = Image.effect_noise(reference.size, 90).convert("RGB")
    knowing = detector.with_base({"like it": reference, "unlike it": other})
    like, unlike, unknown = (
        knowing.compare([other], [prompt])[0].likeness or 0.0 for prompt in ("like it", "unlike it", "new")
    )
    assert like < unknown < unlike
    assert unlike - unknown == pytest.approx(unknown - like), "both are as far from their mean"


def test_only_a_style_shares_what_its_ground_shows(
    studio: Studio, models: Models, names: tuple[str, str]
) -> None:
    above = []
    for draft in (tiny_draft(names), object_draft(names)):
        detector = open_copy_detector(begun(studio, models, draft))
        lowest = detector.scorer.limits.low
        above.append([bool((each.shared > lowest).any()) for each in detector.sought])
    assert above == [[True], [False, False]]


def shreds(size: tuple[int, int]) -> Image.Image:
    """A grid of thin lines, as a search finds in a texture."""
    mask = np.zeros(size[::-1], dtype=np.uint8)
    mask[::8] = mask[:, ::8] = 255
    return Image.fromarray(mask)


def test_where_a_style_shows_shreds_of_a_subject_all_patches_count_unless_a_person_painted_them(
    studio: Studio, models: Models, names: tuple[str, str]
) -> None:
    store = studio.store
    counting = {}
    for name, draft in (("style", tiny_draft(names)), ("object", object_draft(names))):
        task = begun(studio, models, draft)
        reference = store.projects.references(task.project.id)[0]
        mask = store.images.add_picture(shreds(store.images.picture(reference.image).size))
        store.refinements.keep_foreground(reference.image, Foreground(mask))
        counting[name] = open_copy_detector(task).sought[0].patches.all()
        if name == "style":
            store.projects.masks.add(reference.id, mask)
            counting["painted"] = open_copy_detector(task).sought[0].patches.all()
    assert counting == {"style": True, "painted": False, "object": False}


def test_scores_are_those_of_the_equations_for_the_stored_images(
    studio: Studio, models: Models, names: tuple[str, str]
) -> None:
    """Eq. G16 and G17, computed here once more from the stored images."""
    round_id = draw(studio, models, names)
    store, here = studio.store, studio.store.snapshots.round(round_id)
    project = here.round.project_id
    base = base_pictures.of_project(store, store.projects.get(project))
    prompts = [here.project.prompts[one.anchor_id] for one in here.candidates]
    seeds = {prompt: one.seed for prompt, one in zip(prompts, here.candidates, strict=True) if not one.index}
    own = store.projects.get(project)
    assert seeds == {prompt: base_pictures.seed(own, prompt) for prompt in seeds}, "those of the first images"
    images = [*base.values(), *(one.image for one in here.candidates)]
    pictures = [store.images.picture(image) for image in images]
    (job, *_) = store.jobs.of_project(project)
    detector = open_copy_detector(open_task(store, models, job))
    (sought,), (learned,) = detector.sought, detector.learned.looks
    looks = dict(zip(images, looks_of(pictures, detector.scorer.tower.patches(pictures)), strict=True))
    copies = {image: match(sought, look.features) for image, look in looks.items()}
    without = detector.learned.without_ground
    apart = {image: style_distance(look, [learned], without) for image, look in looks.items()}
    mean, far = (np.mean([of[image] for image in base.values()]) for of in (copies, apart))
    own = style_distance(learned, [learned], without)
    seen = detector.compare(pictures[len(base) :], prompts)
    for one, prompt, evidence in zip(here.candidates, prompts, seen, strict=True):
        expected = (mean + copies[base[prompt]]) / 2
        assert evidence.likeness == pytest.approx((copies[one.image] - expected) / (1 - mean), abs=1e-5)
        carried = np.clip((far - apart[one.image]) / (far - own), -1.0, 1.5)
        assert one.more_scores[CARRIES] == pytest.approx(carried, abs=1e-5)


@pytest.mark.parametrize("without_ground", [True, False])
def test_a_plain_background_counts_as_the_settings_say(
    studio: Studio, models: Models, names: tuple[str, str], without_ground: bool
) -> None:
    changes = changed(gal={"without_ground": without_ground})
    learned = open_copy_detector(begun(studio, models, tiny_draft(names, changes=changes))).learned
    (reference,) = learned.looks
    plain = replace(reference, colours=np.full((32, 32, 3), [90.0, 0.0, 0.0]))
    plain.colours[8:24, 8:24] = reference.colours[8:24, 8:24]
    other = replace(plain, features=np.roll(plain.features, 1, axis=-1))
    expected = style_distance(other, [plain], without_ground)
    assert replace(learned, looks=(plain,)).distance(other) == expected
    assert style_distance(other, [plain], not without_ground) != expected


def test_images_of_an_object_are_also_compared_with_the_reference_that_no_training_saw(
    studio: Studio, models: Models, names: tuple[str, str]
) -> None:
    places = ("rug", "boat", "roof")
    references = [(drawing(number), f"A <sks> cat on a {place}") for number, place in enumerate(places)]
    draft = object_draft(names, references=references, changes=changed(tune={"held_out": True}))
    learned = open_copy_detector(begun(studio, models, draft)).learned
    assert learned.held_out == (False, False, True)
    *others, unseen = learned.looks
    subjects = learned.subjects
    assert subjects is not None
    alone = LearnedLooks((unseen,), subjects[-1:])
    trained = LearnedLooks(tuple(others), subjects[:-1])
    for look in learned.looks:
        assert learned.distance(look) == pytest.approx(max(alone.distance(look), trained.distance(look)))
    copied, seen = learned.distance(others[0]), trained.distance(others[0])
    assert copied == pytest.approx(alone.distance(others[0])) and seen < copied, "a copy gains nothing"
    assert learned.distance(unseen) == pytest.approx(trained.distance(unseen)), "nor one reference alone"
    assert learned.own == pytest.approx(np.mean([learned.distance(look) for look in others]))
    assert replace(learned, held_out=()).own < learned.own, "a good image is as near as another photo"


def test_each_object_that_a_prompt_names_is_looked_for(
    studio: Studio, models: Models, names: tuple[str, str]
) -> None:
    """Eq. G25, beside six images of the base model, which are noise here."""
    words = ("<sks>", "<zwo>")
    references = [
        ReferenceDraft(drawing(number), f"A {word} {thing} on a rug", word)
        for number, (word, thing) in enumerate(zip(words, ("cat", "mug"), strict=True))
    ]
    draft = object_draft(names, references=references)
    task = begun(studio, models, draft)
    own = [task.store.images.picture(one.image) for one in task.store.projects.references(task.project.id)]
    noise = {f"prompt {number}": Image.effect_noise(own[0].size, 60 + number) for number in range(6)}
    detector = open_copy_detector(task)
    assert not detector.compare(own, [f"A {words[0]} cat"] * 2)[0].objects, "unknown without images"
    knowing = detector.with_base({prompt: image.convert("RGB") for prompt, image in noise.items()})
    both, one, plain = (
        knowing.compare([own[0]], [prompt])[0].objects
        for prompt in ("A <sks> cat and a <zwo> mug", "A <zwo> mug", "A cat")
    )
    assert {*both} == {*words} and {*one} == {words[1]} and not plain
    assert both[words[0]] > max(FOUND_FROM, both[words[1]])
