"""Several objects in one project: from pictures and masks to the second round, with real (tiny) models."""

import json
from pathlib import Path
from typing import Any

import pytest
from PIL import Image, ImageDraw
from safetensors import safe_open

from gal_studio.cli import main
from gal_studio.core.errors import StudioError
from gal_studio.core.gal.uncertainty import reference_similarity
from gal_studio.state import Store
from gal_studio.studio import ProjectDraft, ReferenceDraft, Studio
from gal_studio.worker import Worker
from gal_studio.worker.models import Models
from tests.tiny_project import drawing, object_draft

POT, BEAR = "A <dotty> teapot on a rug", "A <brumm> teddy bear on a boat"
TOGETHER = "a <dotty> teapot and a <brumm> teddy bear"


def two_objects(names: tuple[str, str], **changes: Any) -> ProjectDraft:
    references = [
        ReferenceDraft(drawing(1), POT, "<dotty>"),
        ReferenceDraft(drawing(2), BEAR, "<brumm>"),
        (drawing(3), "A <dotty> teapot in the snow", "<dotty>"),
    ]
    return object_draft(names, **{"references": references, "trigger_word": "", **changes})


def mask(
    edges: tuple[int, int, int, int] | None = (4, 4, 24, 28), size: tuple[int, int] = (40, 32)
) -> Image.Image:
    picture = Image.new("L", size)
    if edges:
        ImageDraw.Draw(picture).rectangle(edges, fill=255)
    return picture


def work(studio: Studio, models: Models) -> None:
    """Run all waiting jobs; a failed job raises its message."""
    with Worker(studio.store).entered() as worker:
        while job := studio.store.jobs.claim(worker.id):
            done = worker.run_job(models, job)
            assert done.state == "completed", done.message


def test_the_whole_loop_with_two_objects(studio: Studio, names: tuple[str, str]) -> None:
    project = studio.create_project(two_objects(names))
    view = studio.project(project)
    assert view.trigger_word == "<dotty>"
    assert [reference.trigger_word for reference in view.references] == ["<dotty>", "<brumm>", "<dotty>"]
    assert [reference.plain_prompt for reference in view.references] == [
        "A teapot on a rug",
        "A teddy bear on a boat",
        "A teapot in the snow",
    ]
    assert view.anchors[0].prompt == f"{TOGETHER} in a gym"
    first, models = studio.rounds(project)[0].id, Models()
    studio.run_round(first)
    work(studio, models)
    drawn = {
        row["drawn_by"].split(" / ")[1]: row["n"]
        for row in studio.store.database.rows(
            "SELECT drawn_by, COUNT(*) AS n FROM class_images GROUP BY drawn_by"
        )
    }
    base = {anchor.prompt for anchor in view.anchors}  # drawn by the base model, for Eq. G16
    assert drawn == {"a photo of a teapot": 3, "a photo of a teddy bear": 3} | dict.fromkeys(base, 1)
    with safe_open(studio.adapter_path(first), framework="numpy") as file:
        card = json.loads(file.metadata()["gal_studio"])
    assert card["trigger_word"] == "<dotty>, <brumm>"
    round_one = studio.round_view(first)
    assert len(round_one.candidates) == 12
    assert len(round_one.reference_positions) == 3
    check_flags(studio, models, round_one.candidates)
    chosen = round_one.candidates[0]
    studio.decide([chosen.candidate.id], "accepted")
    second = studio.next_round(first).id
    studio.run_round(second)
    work(studio, models)
    trained_on = [example.prompt for example in studio.store.rounds.training_set(second)]
    assert trained_on == [POT, BEAR, "A <dotty> teapot in the snow", chosen.prompt]
    assert len(studio.round_view(second).candidates) == 9
    assert studio.store.database.row("SELECT COUNT(*) FROM class_images")[0] == 10, (
        "drawn once for all rounds"
    )


def check_flags(studio: Studio, models: Models, tiles: Any) -> None:
    """Eq. G2 by hand: the largest similarity to any plain prompt of either object."""
    project = studio.projects()[0]
    prompts = [reference.plain_prompt for reference in project.references]
    texts = models.texts(project.clip_model, prompts)
    pictures = [studio.store.images.picture(tile.candidate.image) for tile in tiles]
    features = models.embedder(project.clip_model).images(pictures)
    expected = reference_similarity(features, texts)
    by_hand = (features @ texts.T).max(axis=1)
    for tile, value, slow in zip(tiles, expected, by_hand, strict=True):
        assert tile.candidate.similarity_reference == pytest.approx(float(value), abs=1e-6)
        assert float(value) == pytest.approx(float(slow), abs=1e-6)


@pytest.mark.thorough
def test_a_command_learns_two_objects_with_masks_beside_the_pictures(
    names: tuple[str, str], tmp_path: Path
) -> None:
    for number, name in enumerate(("pot", "bear"), start=1):
        (tmp_path / f"{name}.png").write_bytes(drawing(number))
    mask().save(tmp_path / "pot-masklabel.png")
    (tmp_path / "project.toml").write_text(
        f'kind = "object"\nrounds = 1\nbase_model = "{names[0]}"\nclip_model = "{names[1]}"\n'
        'anchors = ["{} in a gym", "{} in a bank", "a <brumm> teddy bear hugs a <dotty> teapot"]\n'
        f'[[references]]\nimage = "pot.png"\nprompt = "{POT}"\ntrigger_word = "<dotty>"\n'
        f'[[references]]\nimage = "bear.png"\nprompt = "{BEAR}"\ntrigger_word = "<brumm>"\n'
        "[settings.tune]\nsteps = 2\nbatch_size = 2\nrank = 2\nprior_images = 2\n"
        "[settings.generation]\nsteps = 2\ncandidates = 2\n[settings.gal]\ntop_k = 1\n"
    )
    arguments = ["run", str(tmp_path / "project.toml"), "--out", str(tmp_path / "out")]
    assert main(arguments) == 0
    summary = json.loads((tmp_path / "out" / "summary.json").read_text())
    assert summary["project"]["trigger_word"] == "<dotty>"
    assert summary["project"]["trigger_words"] == ["<dotty>", "<brumm>"]
    prompts = {row["prompt"] for row in summary["rounds"][0]["anchors"]}
    assert prompts == {
        f"{TOGETHER} in a gym", f"{TOGETHER} in a bank", "a <brumm> teddy bear hugs a <dotty> teapot"
    }  # fmt: skip
    with Store(tmp_path / "out" / "workspace") as store:
        (project,) = Studio(store).projects()
        kept, none = project.references[0].mask, project.references[1].mask
        assert none is None
        assert kept is not None
        with Image.open(store.images.path(kept)) as stored:
            assert (stored.mode, stored.size, stored.histogram()[255]) == ("L", (40, 32), 21 * 25)
    assert main(arguments) == 0
    with Store(tmp_path / "out" / "workspace") as store:
        assert len(Studio(store).projects()) == 1
        mask((0, 0, 9, 9)).save(tmp_path / "pot-masklabel.png")
    assert main(arguments) == 2, "another mask is another run"
    assert main([*arguments, "--overwrite"]) == 0
    with Store(tmp_path / "out" / "workspace") as store:
        assert len(Studio(store).projects()) == 2, "another mask is another project"


@pytest.mark.parametrize(
    ("given", "words"),
    [
        (mask(size=(20, 16), edges=(1, 1, 5, 5)), r"is 20 x 16 pixels and its image 40 x 32"),
        (mask(None), "covers nothing: make it white where the subject is"),
        (mask((0, 0, 40, 32)), "covers everything: make it black around the subject"),
    ],
)
def test_a_mask_that_says_nothing_is_refused(
    studio: Studio, names: tuple[str, str], tmp_path: Path, given: Any, words: str
) -> None:
    path = tmp_path / "pot-masklabel.png"
    given.save(path)
    references = [ReferenceDraft(drawing(1), POT, "<dotty>", path)]
    with pytest.raises(StudioError, match=words) as refusal:
        studio.create_project(two_objects(names, references=references))
    assert "pot-masklabel.png" in str(refusal.value)
    assert studio.projects() == ()


def test_a_picture_without_its_own_word_takes_the_projects(studio: Studio, names: tuple[str, str]) -> None:
    references = [(drawing(1), POT), (drawing(2), BEAR, "<brumm>")]
    project = studio.create_project(two_objects(names, references=references, trigger_word="<dotty>"))
    assert studio.project(project).prompts.trigger_words == ("<dotty>", "<brumm>")


def test_anchors_are_added_switched_and_replaced(studio: Studio, names: tuple[str, str]) -> None:
    project = studio.create_project(two_objects(names))
    first = studio.rounds(project)[0].id
    studio.add_anchors(project, ["{} in a den", "", "brumm asleep"])
    prompts = [anchor.prompt for anchor in studio.pool(first)]
    assert prompts[4:] == [f"{TOGETHER} in a den", "<brumm> asleep"]
    gym = studio.pool(first)[0]
    studio.enable_anchor(gym.id, False)
    assert gym.id not in [anchor.id for anchor in studio.pool(first)]
    studio.add_anchors(project, ["{} in a gym", "{} in a den"], only=True)
    assert [anchor.prompt for anchor in studio.pool(first)] == [
        f"{TOGETHER} in a gym",
        f"{TOGETHER} in a den",
    ]


@pytest.mark.parametrize(
    ("templates", "only", "words"),
    [
        (["a teapot in a den"], False, "does not name the subject"),
        ([" "], False, "There are no test prompts"),
        (["{} in a den"], True, "A round suggests 2 test prompts, so at least 2 must stay enabled"),
        (["{} " + "very " * 80], False, "use at most 300, and one test prompt per line"),
        ([f"{{}} at number {i}" for i in range(498)], False, "would have 502 test prompts: keep at most 500"),
    ],
)
def test_anchors_that_make_no_sense_are_refused_and_change_nothing(
    studio: Studio, names: tuple[str, str], templates: list[str], only: bool, words: str
) -> None:
    project = studio.create_project(two_objects(names))
    before = studio.project(project).anchors
    with pytest.raises(StudioError, match=words):
        studio.add_anchors(project, templates, only)
    assert studio.project(project).anchors == before


def test_as_many_anchors_as_a_round_suggests_stay_on(studio: Studio, names: tuple[str, str]) -> None:
    project = studio.create_project(two_objects(names))
    anchors = studio.project(project).anchors
    for anchor in anchors[:2]:
        studio.enable_anchor(anchor.id, False)
    with pytest.raises(StudioError, match="at least 2 must stay enabled"):
        studio.enable_anchor(anchors[2].id, False)
    assert [anchor.enabled for anchor in studio.project(project).anchors] == [False, False, True, True]
    with pytest.raises(StudioError, match="no test prompt 'none'"):
        studio.enable_anchor("none", True)
