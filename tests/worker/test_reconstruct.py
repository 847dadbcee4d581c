"""The worker looks at uploaded pictures between jobs; what goes wrong is an answer too."""

import io

import pytest
from PIL import Image

from gal_studio.state.tables.reconstructions import SUBJECT
from gal_studio.studio import Studio
from gal_studio.worker import Worker, reconstruct
from tests.tiny_project import drawing


def work_once(studio: Studio) -> None:
    Worker(studio.store).run(until_empty=True)


def test_a_picture_is_looked_at_without_any_project(studio: Studio, names: tuple[str, str]) -> None:
    woken: list[object] = []
    studio = Studio(studio.store, woken.append)
    asked = [studio.reconstruct(drawing(number), names[0]) for number in (1, 2)]
    assert woken and all(one.answered is None for one in asked)
    work_once(studio)
    for one in asked:
        found = studio.reconstruction(one.image, names[0])
        assert found is not None and found.fidelity is not None and found.seen_image is not None
        assert studio.store.images.picture(found.seen_image).size == (40, 32)
        assert found.fidelity.is_poor, "the tiny autoencoder is not trained"
    woken.clear()
    assert studio.reconstruct(drawing(1), names[0]).answered is not None
    assert not woken, "it is known already"


def test_a_subject_is_found_before_there_is_a_project(studio: Studio) -> None:
    """Red on white, and nothing in a picture of one color, which is an answer, too."""
    picture = Image.new("RGB", (64, 48), "white")
    picture.paste("red", (16, 12, 48, 36))
    pictures = []
    for one in (picture, Image.new("RGB", (64, 48), "white")):
        buffer = io.BytesIO()
        one.save(buffer, "PNG")
        pictures.append(buffer.getvalue())
    asked = [studio.find_subject(each) for each in pictures]
    work_once(studio)
    found, none = (studio.store.reconstructions.get(one.image, SUBJECT) for one in asked)
    assert found is not None and found.seen_image is not None
    mask = studio.store.images.mask(found.seen_image)
    assert mask.size == (64, 48) and mask.getpixel((32, 24)) == 255 and mask.getpixel((2, 2)) == 0
    assert none is not None and none.answered is not None and "nothing stands out" in none.trouble


def test_a_model_that_is_not_here_is_an_answer(studio: Studio) -> None:
    asked = studio.reconstruct(drawing(1), "someone/a-model")
    work_once(studio)
    found = studio.reconstruction(asked.image, "someone/a-model")
    assert found is not None and found.answered is not None
    assert "not on this machine" in found.trouble


def test_an_error_of_a_library_leaves_the_worker_and_the_other_pictures(
    studio: Studio, names: tuple[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = [studio.reconstruct(drawing(number), names[0]) for number in (1, 2)]
    plain, calls = reconstruct.compare, []

    def fail_second(*given: object) -> object:
        calls.append(given)
        if len(calls) == 2:
            raise MemoryError
        return plain(*given)  # type: ignore[arg-type]

    monkeypatch.setattr(reconstruct, "compare", fail_second)
    work_once(studio)
    first, second = (studio.reconstruction(one.image, names[0]) for one in asked)
    assert first is not None and first.fidelity is not None
    assert second is not None and second.trouble.startswith("MemoryError")


def test_new_weights_are_looked_at_again(studio: Studio, names: tuple[str, str], tmp_path) -> None:
    import os
    import shutil

    folder = tmp_path / "copy"
    shutil.copytree(names[0], folder)
    buffer = io.BytesIO()
    Image.new("RGB", (30, 30), (1, 2, 3)).save(buffer, "PNG")
    studio.reconstruct(buffer.getvalue(), str(folder))
    work_once(studio)
    (weights,) = (folder / "vae").glob("*.safetensors")
    os.utime(weights, (0, 0))
    assert studio.reconstruct(buffer.getvalue(), str(folder)).answered is None
