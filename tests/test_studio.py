import io
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from gal_studio.core.errors import StudioError
from gal_studio.core.types import Sample
from gal_studio.state import Store, lineage
from gal_studio.state.candidates import NewCandidate
from gal_studio.studio import ProjectDraft, Studio

STYLE = "A cat in watercolor painting style"


def png(colour: str = "red") -> bytes:
    buffer = io.BytesIO()
    Image.new("RGB", (32, 32), colour).save(buffer, "PNG")
    return buffer.getvalue()


def draft(**changes: object) -> ProjectDraft:
    given: dict[str, object] = {
        "kind": "style",
        "references": [(png(), STYLE)],
        "base_model": "some/model",
        "clip_model": "ViT-B-32/openai",
        "changes": {"sample": {"candidates": 4}},
    }
    return ProjectDraft(**{**given, **changes})  # type: ignore[arg-type]


@pytest.fixture
def studio(tmp_path: Path):
    with Store(tmp_path / "workspace") as store:
        yield Studio(store)


@pytest.fixture
def round_id(studio: Studio) -> str:
    """The first round of a style project, trained."""
    project_id = studio.create_project(draft())
    first = studio.store.rounds.of_project(project_id)[0]
    train(studio, first.id)
    return first.id


def train(studio: Studio, round_id: str) -> None:
    samples = studio.training_set(round_id)
    adapter = studio.store.adapters.add(round_id.encode())
    fingerprint = lineage.training_fingerprint(studio.store, round_id)
    studio.store.rounds.finish_training(round_id, adapter, fingerprint, samples)


def draw(studio: Studio, round_id: str, copies: list[int]) -> None:
    """Four candidates for each anchor of the pool; of the anchor at place i the first copies[i] copy."""
    wanted = copies + [0] * 100
    for anchor, number in zip(studio.pool(round_id), wanted, strict=False):
        studio.store.candidates.save(
            round_id,
            [
                NewCandidate(
                    anchor.id, index, index, studio.store.images.add(f"{anchor.id}{index}".encode()),
                    0.2 + index / 100, 0.5 if index < number else 0.1, np.array([1.0, 0.0]),
                )
                for index in range(4)
            ],
        )  # fmt: skip


def chosen(studio: Studio, round_id: str) -> list[str]:
    scores = studio.round_view(round_id).scores
    return [view.suggested_candidate_id for view in scores if view.suggested_candidate_id]


def test_new_style_project_has_anchors_settings_and_a_first_round(studio: Studio) -> None:
    project_id = studio.create_project(draft(name="  "))
    view = studio.project(project_id)
    assert view.name == STYLE
    assert len(view.anchors) == 18
    assert view.anchors[0].prompt == "A tie in watercolor painting style"
    assert view.references[0].plain_prompt == STYLE
    assert view.settings.sample.candidates == 4
    (summary,) = studio.rounds(project_id)
    assert (summary.number, summary.step, summary.has_adapter) == (1, "fine_tune", False)
    assert studio.projects() == (view,)
    assert studio.reference_picture(view.references[0].id).is_file()


def test_object_project_knows_its_plain_prompts(studio: Studio) -> None:
    references = [
        (png("red"), "A <cute-cat> cat on the stairs"),
        (png("blue"), "A <cute-cat> cat in the sun"),
    ]
    view = studio.project(
        studio.create_project(draft(kind="object", references=references, trigger_word="<cute-cat>"))
    )
    assert [entry.plain_prompt for entry in view.references] == ["A cat on the stairs", "A cat in the sun"]
    assert view.anchors[0].prompt == "a <cute-cat> cat in a workshop"


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"references": []}, "no reference"),
        ({"references": [(png(), "  ")]}, "prompt is empty"),
        ({"references": [(png(), "A cat")]}, "names no style"),
        ({"references": [(b"nonsense", STYLE)]}, "not a picture"),
        ({"references": [(Path("gone.png"), STYLE)]}, "cannot be found"),
        ({"kind": "thing"}, "The kind is 'thing'"),
        ({"kind": "object"}, "trigger word is empty"),
        ({"kind": "object", "trigger_word": "sks"}, "does not hold the trigger word"),
        ({"anchors": []}, "no anchors"),
        ({"anchors": ["A tie"]}, "no place for the subject"),
        ({"changes": {"sample": {"candidates": 1}}}, "at least 2 pictures"),
        ({"changes": {"gal": {"top_k": 19}}}, "only 18 anchors"),
        ({"changes": {"tune": {"steps": 0}}}, "Training steps is 0"),
        ({"changes": {"tune": {"speed": 1}}}, "no setting 'speed'"),
        ({"base_model": "/nowhere/model"}, "There is no model directory"),
        ({"base_model": "assets:../docs"}, "packed model"),
        ({"clip_model": "local-dir:/nowhere"}, "There is no model directory"),
        ({"base_model": " "}, "is empty"),
        ({"preset": "huge"}, "no preset 'huge'"),
        ({"seed": -1}, "The seed is -1"),
    ],
)
def test_bad_input_is_one_sentence_and_stores_nothing(
    studio: Studio, changes: dict[str, object], words: str
) -> None:
    with pytest.raises(StudioError, match=words):
        studio.create_project(draft(**changes))
    assert studio.projects() == ()


def test_model_directory_of_another_kind_is_refused(studio: Studio, tmp_path: Path) -> None:
    with pytest.raises(StudioError, match=r"is not an image model: it holds no model_index\.json"):
        studio.create_project(draft(base_model=str(tmp_path)))
    with pytest.raises(StudioError, match="is not an open_clip model"):
        studio.create_project(draft(clip_model=f"local-dir:{tmp_path}"))


def test_model_directory_is_kept_by_its_whole_path(
    studio: Studio, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "model").mkdir()
    (tmp_path / "model" / "model_index.json").write_text("{}")
    monkeypatch.chdir(tmp_path)
    project_id = studio.create_project(draft(base_model="model"))
    assert studio.project(project_id).base_model == str(tmp_path / "model")


def test_the_same_origin_is_the_same_project(studio: Studio) -> None:
    first = studio.create_project(draft(origin="demo"))
    assert studio.create_project(draft(origin="demo")) == first
    assert studio.create_project(draft(origin="other")) != first


def test_steps_of_a_round(studio: Studio) -> None:
    project_id = studio.create_project(draft())
    first = studio.store.rounds.of_project(project_id)[0].id
    assert studio.next_step(first) == "fine_tune"
    with pytest.raises(StudioError, match="press Fine-tune first"):
        studio.generate(first)
    with pytest.raises(StudioError, match="press Generate first"):
        studio.next_round(first)
    job = studio.fine_tune(first)
    assert studio.fine_tune(first).id == job.id
    assert studio.next_step(first) == "wait"
    studio.stop(job.id)
    train(studio, first)
    with pytest.raises(StudioError, match="fine-tuned on these pictures with these settings already"):
        studio.fine_tune(first)
    assert studio.next_step(first) == "generate"
    job = studio.generate(first)
    with pytest.raises(StudioError, match="being worked on"):
        studio.fine_tune(first)
    studio.stop(job.id)
    draw(studio, first, [2, 1])
    assert studio.next_step(first) == "accept"
    with pytest.raises(StudioError, match="has all its pictures"):
        studio.generate(first)
    studio.accept_suggestion(first)
    assert studio.next_step(first) == "next_round"


def test_suggestion_comes_with_a_reason_for_every_anchor(studio: Studio, round_id: str) -> None:
    draw(studio, round_id, [1, 2, 4, 3, 2])
    view = studio.round_view(round_id)
    assert len(view.scores) == 18
    assert [score.rank for score in view.scores] == list(range(1, 19))
    assert all(score.reason.endswith(".") for score in view.scores)
    assert all(score.interval[0] <= score.score.overfit_rate <= score.interval[1] for score in view.scores)
    suggested = [score for score in view.scores if score.suggested_candidate_id]
    assert [score.score.overfit for score in suggested] == [2, 2, 1]
    assert sum(tile.suggested for tile in view.candidates) == 3
    assert not any(tile.candidate.overfit for tile in view.candidates if tile.suggested)
    assert view.openness == pytest.approx((2 * np.log(2) + 2 * 0.5623351446) / 18)
    assert view.sample_weight == pytest.approx(view.settings.gal.balance_lambda * view.openness)
    assert (view.exhausted, view.wanted) == (False, 72)


def test_human_has_the_last_word(studio: Studio, round_id: str) -> None:
    draw(studio, round_id, [2, 2, 2])
    first, second, third = chosen(studio, round_id)
    studio.decide([first], "rejected")
    other = next(
        tile.candidate.id
        for tile in studio.round_view(round_id).candidates
        if tile.candidate.anchor_id == studio.store.candidates.get(second).anchor_id
        and tile.candidate.id != second
    )
    studio.decide([other], "accepted")
    assert studio.accept_suggestion(round_id) == (third,)
    assert studio.store.decisions.verdicts(round_id) == {
        first: "rejected", other: "accepted", third: "accepted",
    }  # fmt: skip
    authors = [entry.author for entry in studio.store.decisions.log(round_id)]
    assert authors == ["human", "human", "sampler"]


def test_undo_and_redo_say_what_they_changed(studio: Studio, round_id: str) -> None:
    draw(studio, round_id, [2, 2, 2])
    accepted = studio.accept_suggestion(round_id)
    assert len(accepted) == 3
    assert studio.round_view(round_id).can_undo
    assert studio.undo(round_id) == accepted
    assert studio.round_view(round_id).accepted == 0
    assert studio.redo(round_id) == accepted
    assert studio.redo(round_id) == ()


def test_deciding_about_an_unknown_picture_changes_nothing(studio: Studio, round_id: str) -> None:
    draw(studio, round_id, [2])
    known = studio.round_view(round_id).candidates[0].candidate.id
    with pytest.raises(StudioError, match="no picture"):
        studio.decide([known, "unknown"], "accepted")
    assert studio.store.decisions.log(round_id) == ()


def test_accepted_pictures_train_the_next_round_and_leave_its_pool(studio: Studio, round_id: str) -> None:
    draw(studio, round_id, [2, 2, 2])
    weight = studio.round_view(round_id).sample_weight
    accepted = studio.accept_suggestion(round_id)
    second = studio.next_round(round_id)
    assert (second.number, second.parent_id) == (2, round_id)
    assert studio.next_round(round_id) == second
    samples = studio.training_set(second.id)
    picture = studio.store.candidates.get(accepted[0])
    assert samples[0].is_reference
    assert samples[0].weight == 1.0
    assert Sample(picture.image, "A tie in watercolor painting style", weight, False) in samples[1:]
    assert len(samples) == 4
    assert len(studio.pool(second.id)) == 15
    assert len(studio.pool(round_id)) == 18


def test_weight_stays_with_the_round_when_lambda_changes_later(studio: Studio, round_id: str) -> None:
    draw(studio, round_id, [2, 2, 2])
    project_id = studio.store.rounds.get(round_id).project_id
    studio.change_settings(project_id, {"gal": {"balance_lambda": 0.5}})
    weight = studio.round_view(round_id).sample_weight
    assert weight == pytest.approx(0.5 * studio.round_view(round_id).openness)
    studio.accept_suggestion(round_id)
    second = studio.next_round(round_id)
    studio.change_settings(project_id, {"gal": {"balance_lambda": 2.0}})
    assert [sample.weight for sample in studio.training_set(second.id)[1:]] == [weight] * 3


def test_branch_starts_another_line(studio: Studio, round_id: str) -> None:
    draw(studio, round_id, [2, 2, 2])
    second, other = studio.next_round(round_id), studio.branch(round_id)
    assert other.id != second.id
    assert other.parent_id == second.parent_id == round_id


def test_training_again_keeps_the_pictures_that_are_there(studio: Studio, round_id: str) -> None:
    draw(studio, round_id, [2])
    project_id = studio.store.rounds.get(round_id).project_id
    studio.change_settings(project_id, {"tune": {"steps": 7}})
    job = studio.fine_tune(round_id)
    assert job.round_id != round_id
    assert studio.store.rounds.settings(job.round_id).tune.steps == 7
    assert studio.store.rounds.settings(round_id).tune.steps != 7
    assert len(studio.round_view(round_id).candidates) == 72


def test_more_candidates_can_be_asked_for(studio: Studio, round_id: str) -> None:
    draw(studio, round_id, [2])
    project_id = studio.store.rounds.get(round_id).project_id
    studio.change_settings(project_id, {"sample": {"candidates": 5, "steps": 3}})
    studio.generate(round_id)
    assert studio.round_view(round_id).wanted == 90
    assert studio.store.rounds.settings(round_id).sample.steps != 3


def test_anchors_are_added_and_switched_off(studio: Studio, round_id: str) -> None:
    project_id = studio.store.rounds.get(round_id).project_id
    studio.add_anchors(project_id, ["A boat {}", "A house in watercolor painting style"])
    prompts = [anchor.prompt for anchor in studio.project(project_id).anchors]
    assert prompts[-2:] == ["A boat in watercolor painting style", "A house in watercolor painting style"]
    studio.enable_anchor(studio.project(project_id).anchors[0].id, False)
    assert len(studio.pool(round_id)) == 19
    with pytest.raises(StudioError, match="no place for the subject"):
        studio.add_anchors(project_id, ["A boat"])


def test_round_without_anchors_cannot_be_drawn(studio: Studio, round_id: str) -> None:
    for anchor in studio.pool(round_id):  # the verb leaves as many on as a round suggests
        studio.store.projects.enable_anchor(anchor.id, False)
    with pytest.raises(StudioError, match="no anchors left to draw"):
        studio.generate(round_id)
    assert studio.next_step(round_id) == "next_round"


def test_job_line(studio: Studio, round_id: str) -> None:
    project_id = studio.store.rounds.get(round_id).project_id
    assert studio.job_view(project_id).state == "idle"
    job = studio.generate(round_id)
    studio.store.workers.enter("w")
    studio.store.jobs.claim("w")
    studio.store.jobs.progress(job.id, "draw", 36, 72)
    view = studio.job_view(project_id)
    assert (view.state, view.done, view.total, view.unit, view.worker_alive) == (
        "running",
        36,
        72,
        "img",
        True,
    )
    assert view.rate is None
    assert studio.stop(job.id).state == "stopping"
    studio.store.jobs.halt(job.id)
    assert studio.resume(job.id).state == "queued"


def test_work_wakes_the_worker(tmp_path: Path) -> None:
    woken: list[Path] = []
    with Store(tmp_path) as store:
        studio = Studio(store, woken.append)
        first = studio.store.rounds.of_project(studio.create_project(draft()))[0]
        studio.fine_tune(first.id)
    assert woken == [tmp_path]


def test_adapter_is_exported(studio: Studio, round_id: str, tmp_path: Path) -> None:
    path = studio.export_adapter(round_id, tmp_path / "out" / "lora.safetensors")
    assert path.read_bytes() == round_id.encode() == studio.adapter_path(round_id).read_bytes()


def test_pictures_that_will_be_changed_are_noted(studio: Studio) -> None:
    buffer = io.BytesIO()
    Image.new("RGBA", (32, 32), (0, 0, 0, 0)).save(buffer, "PNG")
    assert studio.check_picture(buffer.getvalue()) == ("transparent parts: laid on white",)


def test_whole_round_is_asked_for_at_once(studio: Studio) -> None:
    project_id = studio.create_project(draft())
    first = studio.rounds(project_id)[0].id
    training, drawing = studio.run_round(first)
    assert studio.run_round(first) == (training, drawing)
    assert studio.job_view(project_id).id == training.id
    studio.store.workers.enter("w")
    claimed = studio.store.jobs.claim("w")
    assert claimed is not None
    assert claimed.id == training.id
    assert studio.store.jobs.claim("w") is None
    studio.store.jobs.interrupt(training.id, "a test")
    assert studio.store.jobs.claim("w") is None
    assert studio.job_view(project_id).state == "interrupted"
    assert studio.next_step(first) == "fine_tune"
    studio.resume(training.id)
    studio.store.jobs.claim("w")
    train(studio, first)
    studio.store.jobs.finish(training.id)
    claimed = studio.store.jobs.claim("w")
    assert claimed is not None
    assert claimed.id == drawing.id


def test_what_waits_behind_a_failed_training_is_withdrawn(studio: Studio) -> None:
    first = studio.rounds(studio.create_project(draft()))[0].id
    training, drawing = studio.run_round(first)
    studio.store.workers.enter("w")
    studio.store.jobs.claim("w")
    studio.store.jobs.fail(training.id, "The loss is not finite.")
    assert studio.store.jobs.get(drawing.id).state == "stopped"
    assert "training before it" in studio.store.jobs.moves(drawing.id)[-1].reason
    assert studio.job_view(training.project_id).message == "The loss is not finite."


def test_stamp_changes_with_the_views_alone(studio: Studio, round_id: str) -> None:
    project_id = studio.store.rounds.get(round_id).project_id
    seen = {studio.stamp(project_id)}

    def changed() -> bool:
        before = len(seen)
        seen.add(studio.stamp(project_id))
        return len(seen) > before

    assert not changed()
    draw(studio, round_id, [2, 2, 2])
    assert changed()
    studio.accept_suggestion(round_id)
    assert changed()
    studio.undo(round_id)
    assert changed()
    studio.change_settings(project_id, {"tune": {"steps": 9}})
    assert changed()
    studio.enable_anchor(studio.pool(round_id)[0].id, False)
    assert changed()
    second = studio.next_round(round_id)
    assert changed()
    job = studio.fine_tune(second.id)
    assert changed()
    studio.store.jobs.progress(job.id, "fine_tune", 1, 9)
    studio.store.workers.enter("w")
    assert not changed()
    studio.store.rounds.save_losses(second.id, [(1, 0.5)])
    assert changed()
    studio.rename(project_id, "Cat")
    assert changed()
