"""Tags of pictures: words of one's own that change nothing else."""

from pathlib import Path

import pytest

from gal_studio.core.errors import StudioError
from tests.ui.seeded import finished


def test_pictures_have_tags_until_they_are_taken_off(tmp_path: Path) -> None:
    studio, _, round_id = finished(tmp_path / "workspace")
    store = studio.store
    first, second, *_ = (one.id for one in store.candidates.of_round(round_id))
    studio.tag([first, second], " good  hands ")
    studio.tag([first], "blue")
    studio.tag([first], "blue")
    assert store.candidates.tags(round_id) == {first: ("blue", "good hands"), second: ("good hands",)}
    studio.tag([second], "good hands", on=False)
    assert store.candidates.tags(round_id) == {first: ("blue", "good hands")}
    for wrong, said in ((" ", "The tag is empty"), ("x" * 41, "The tag")):
        with pytest.raises(StudioError, match=said):
            studio.tag([first], wrong)
    with pytest.raises(StudioError):
        studio.tag(["none"], "blue")
    store.close()
