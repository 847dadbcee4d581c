"""A local model that has moved is found again by its hashes; nothing changes if anything differs."""

import os
import shutil
from pathlib import Path

import pytest

from gal_studio.core.errors import StudioError
from gal_studio.core.models.locations import local_paths, located
from gal_studio.state import Store
from gal_studio.state.files.model_hashes import ModelFolder
from gal_studio.studio import Studio
from tests.stored_project import add_project

FILES = {"model_index.json": b"{}", "unet/a.safetensors": b"weights", "tokenizer/merges.txt": b"a b"}


def write_model(folder: Path) -> Path:
    for name, content in FILES.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)
    return folder


def moved(
    store: Store, tmp_path: Path, names: tuple[str, ...] = ("Cat",)
) -> tuple[Studio, Path, Path, list[str]]:
    """Projects that used a model, which then moved from the first path to the second."""
    old, new = write_model(tmp_path / "old"), tmp_path / "new home"
    made = [add_project(store, name, str(old)).id for name in names]
    for project in made:
        store.model_locations.keep(project, str(old), ModelFolder(old).hashes)
    shutil.move(old, new)
    return Studio(store), old, new, made


def test_the_same_files_elsewhere_are_the_model(store: Store, tmp_path: Path) -> None:
    studio, old, new, (project,) = moved(store, tmp_path)
    (new / "README.md").write_text("not of the model")
    os.utime(new / "model_index.json", (1, 1))
    assert not studio.local_models(project)[0].here
    located = studio.locate_model(f"{old}/", new)
    assert (located.compared, located.projects) == (True, ("Cat",))
    assert studio.local_models(project)[0].here
    assert store.projects.get(project).base_model == str(old), "the project keeps the name of its model"
    further = shutil.move(new, tmp_path / "further")
    studio.locate_model(str(new), further)  # the place that the page shows
    assert store.model_locations.of_project(project) == {str(old): str(further)}
    shutil.move(further, old)
    studio.locate_model(str(old), old)
    assert store.model_locations.of_project(project) == {}


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (lambda new: (new / "unet/a.safetensors").write_bytes(b"Weights"), r"other contents \(SHA-256"),
        (lambda new: (new / "unet/a.safetensors").write_bytes(b"more weights"), "has 12 bytes, not 7"),
        (lambda new: (new / "tokenizer/merges.txt").unlink(), "it has no tokenizer/merges.txt"),
        (lambda new: (new / "unet/a.fp16.safetensors").write_bytes(b""), "also has unet/a.fp16"),
        (shutil.rmtree, "There is no .*new home: check the path"),
    ],
)
def test_another_model_is_refused_with_what_differs(
    store: Store, tmp_path: Path, spoil: object, words: str
) -> None:
    studio, old, new, (project,) = moved(store, tmp_path)
    spoil(new)  # type: ignore[operator]
    with pytest.raises(StudioError, match=words):
        studio.locate_model(str(old), new)
    assert store.model_locations.of_project(project) == {}


def test_every_project_is_pointed_to_it_or_none(store: Store, tmp_path: Path) -> None:
    studio, old, new, (cat, dog) = moved(store, tmp_path, ("Cat", "Dog"))
    imported = add_project(store, "Imported", str(old)).id
    other = {**ModelFolder(new).hashes, "unet/b.safetensors": ModelFolder(new).hashes["model_index.json"]}
    store.model_locations.keep(imported, str(old), other)
    with pytest.raises(StudioError, match="that Imported was made with: it has no unet/b"):
        studio.locate_model(str(old), new)
    assert store.model_locations.of_project(cat) == {}
    assert studio.locate_model(str(old), new, cat).projects == ("Cat", "Dog")
    assert store.model_locations.of_project(dog) == {str(old): str(new)}
    assert store.model_locations.of_project(imported) == {}


def test_a_model_that_nothing_used_is_not_compared(store: Store, tmp_path: Path) -> None:
    project = add_project(store, "Cat", "C:\\models\\sd15").id
    with pytest.raises(StudioError, match=r"is not a folder, but .* was: give the model's folder"):
        (tmp_path / "file").write_bytes(b"")
        Studio(store).locate_model("C:\\models\\sd15", tmp_path / "file")
    assert not Studio(store).locate_model("C:\\models\\sd15", write_model(tmp_path / "here")).compared
    assert store.model_locations.of_project(project) == {"C:\\models\\sd15": str(tmp_path / "here")}
    with pytest.raises(StudioError, match="No project uses /elsewhere: the local models are"):
        Studio(store).locate_model("/elsewhere", tmp_path / "here")


def test_the_paths_in_a_name() -> None:
    assert local_paths("/a/b.safetensors with /c d") == ("/a/b.safetensors", "/c d")
    assert local_paths("/cats with hats") == ("/cats with hats",)
    assert local_paths("/a with owner/name", is_adapter=True) == ("/a",)
    assert local_paths("local-dir:/clip") == ("/clip",)
    assert local_paths("owner/model") == local_paths("assets:pocket/pipeline") == local_paths("clip") == ()
    places = {"/c d": "/e", "/clip": "/f"}
    assert located("/a/b.safetensors with /c d", places) == "/a/b.safetensors with /e"
    assert located("local-dir:/clip", places) == "local-dir:/f"
    assert located("owner/model", places) == "owner/model"
