import threading
from pathlib import Path

import psutil
import pytest
from PIL import Image

from gal_studio.core.errors import StudioError
from gal_studio.core.records.project import Project
from gal_studio.core.records.round import Round
from gal_studio.core.settings import Settings
from gal_studio.core.snapshot import Preview
from gal_studio.core.types import TrainingExample
from gal_studio.state import Store
from tests.state.jobs.test_queue import together
from tests.stored_project import new_candidate


def test_settings_are_appended_and_the_newest_count(store: Store, project: Project) -> None:
    changed = project.settings.updated({"tune": {"steps": 12}})
    store.projects.set_settings(project.id, changed)
    assert store.projects.get(project.id).settings.tune.steps == 12
    assert len(store.database.rows("SELECT * FROM project_settings")) == 2


def test_anchor_can_be_switched_off_and_added_again(store: Store, project: Project) -> None:
    tie = store.projects.anchors(project.id)[0]
    store.projects.enable_anchor(tie.id, False)
    assert not store.projects.anchors(project.id)[0].enabled
    store.projects.add_anchors(project.id, [tie.prompt, "A kite in ink style"])
    anchors = store.projects.anchors(project.id)
    assert [anchor.order for anchor in anchors] == [0, 1, 2, 3]
    assert anchors[0].enabled


def test_class_images_keep_their_order(store: Store, project: Project) -> None:
    store.projects.add_class_image(project.id, "base/cat", 1, "b")
    store.projects.add_class_image(project.id, "base/cat", 0, "a")
    store.projects.add_class_image(project.id, "base/cat", 0, "a")
    assert store.projects.prior_images(project.id) == ({"base/cat": ("a", "b")}, ())


def test_rounds_form_a_tree(store: Store, project: Project, first_round: Round) -> None:
    second = store.rounds.add(project.id, first_round.id, Settings())
    branch = store.rounds.add(project.id, first_round.id, Settings())
    third = store.rounds.add(project.id, second.id, Settings())
    node = store.snapshots.node
    assert [each.round for each in node(first_round.id).children] == [second, branch]
    assert [each.round for each in node(third.id).ancestors] == [first_round, second]
    assert [round_.number for round_ in store.rounds.of_project(project.id)] == [1, 2, 2, 3]


def test_round_keeps_its_training(store: Store, first_round: Round) -> None:
    samples = (TrainingExample("a", "A cat", 1.0, True), TrainingExample("b", "A tie", 0.25, False))
    store.rounds.save_losses(first_round.id, [(1, 0.5), (2, 0.4), (3, 0.3)])
    store.rounds.clear_training(first_round.id, after_step=2)
    assert store.rounds.restarts(first_round.id) == ()
    store.rounds.save_losses(first_round.id, [(2, 0.41)], resumed_at=2)
    store.rounds.finish_training(first_round.id, "0" * 64, "print", samples)
    store.rounds.set_seconds(first_round.id, "fine_tune", 12.5)
    store.rounds.add_seconds(first_round.id, "generate", 1.0)
    store.rounds.add_seconds(first_round.id, "generate", 2.0)
    store.rounds.add_forwards(first_round.id, 800)
    store.rounds.add_preview(first_round.id, Preview(100, "A cat", 3, "c"))
    assert store.rounds.get(first_round.id).adapter == "0" * 64
    assert store.rounds.get(first_round.id).trained_as == "print"
    assert store.rounds.training_set(first_round.id) == samples
    assert store.rounds.losses(first_round.id) == ((1, 0.5), (2, 0.41))
    assert store.rounds.restarts(first_round.id) == (2,)
    stored = store.snapshots.node(first_round.id).record
    assert stored.seconds == {"fine_tune": 12.5, "generate": 3.0}
    assert store.rounds.get(first_round.id).unet_forwards == 800
    assert stored.previews[0].step == 100


def test_candidates_written_twice_are_there_once(
    store: Store, project: Project, first_round: Round, drawn: tuple[str, ...]
) -> None:
    anchor = store.projects.anchors(project.id)[0]
    store.candidates.place({drawn[0]: (0.5, -1.0)})
    store.candidates.save(first_round.id, [new_candidate(store, anchor.id, 0)])
    kept = store.candidates.get(drawn[0])
    assert store.candidates.count(first_round.id) == 6
    assert (kept.x, kept.y) == (0.5, -1.0)
    assert (kept.seed, kept.similarity_anchor, kept.similarity_reference) == (2**62, 0.1, 1 / 3)
    assert store.candidates.features(first_round.id)[drawn[0]].tolist() == pytest.approx([0.6, 0.8])
    assert store.candidates.round_of(drawn[0]) == first_round.id


def test_unknown_ids_are_refused_in_one_sentence(store: Store) -> None:
    for read in (store.projects.get, store.rounds.get, store.candidates.get, store.jobs.get):
        with pytest.raises(StudioError, match=r"There is no .* 'nothing'"):
            read("nothing")


def test_many_threads_write_at_once(store: Store, first_round: Round) -> None:
    def add() -> None:
        for _ in range(20):
            store.rounds.add_forwards(first_round.id, 1)

    together(add, 4)
    assert store.rounds.get(first_round.id).unet_forwards == 80


def test_threads_that_come_in_bursts_leave_no_more_files_open_each_time(store: Store) -> None:
    """As those of a server do. SQLite reuses a closed file while others read, so all threads of a burst have
    their files open at once.
    """

    def burst() -> int:
        meet = threading.Barrier(12)

        def read_and_write() -> None:
            meet.wait()
            store.projects.all()
            store.workers.enter(threading.current_thread().name)
            meet.wait()

        together(read_and_write, 12)
        return open_files(store.workspace)

    first = burst()
    assert max(burst() for _ in range(5)) <= first
    assert store.projects.all() == ()


def open_files(folder: Path) -> int:
    """The number of files in this folder that the process has open."""
    return sum(Path(file.path).is_relative_to(folder) for file in psutil.Process().open_files())


def test_damaged_database_is_named(tmp_path: Path) -> None:
    (tmp_path / "studio.db").write_bytes(b"no database at all " * 100)
    with pytest.raises(StudioError, match=r"studio\.db .* is damaged"):
        Store(tmp_path)


def test_file_names_are_hashes_alone(store: Store) -> None:
    for name in ("../studio", "/etc/passwd", "", "A" * 64):
        assert not store.images.has(name)
        with pytest.raises(StudioError):
            store.images.path(name)


def test_missing_file_is_named(store: Store) -> None:
    with pytest.raises(StudioError, match=r"missing.*gal-studio doctor"):
        store.images.read("0" * 64)


@pytest.mark.parametrize("left", [0, 20, 60])
def test_damaged_picture_is_named_with_what_to_do(store: Store, left: int) -> None:
    name = store.images.add_picture(Image.effect_noise((32, 32), 90))
    path = store.images.path(name)
    path.write_bytes(path.read_bytes()[:left])
    for read in (store.images.picture, store.images.mask):
        with pytest.raises(StudioError, match=f"{name[:12]} is damaged.*gal-studio doctor"):
            read(name)


def test_file_that_cannot_be_read_is_named(store: Store) -> None:
    store.images.path("1" * 64).mkdir()
    with pytest.raises(StudioError, match=r"111111111111 is a link or not a plain file.*gal-studio doctor"):
        store.images.read("1" * 64)


def test_same_picture_is_one_file_without_metadata(store: Store) -> None:
    picture = Image.new("RGB", (300, 200), "green")
    picture.info["icc_profile"] = b"where I live"
    first = store.images.add_picture(picture)
    assert store.images.add_picture(Image.new("RGB", (300, 200), "green")) == first
    assert len(store.images.thumbnail(first, 64)) < len(store.images.thumbnail(first, 1000))
    assert b"iCCP" not in store.images.read(first)
