"""Models that the studio does not open are refused before a project is created, not in its first job."""

from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import save_file

from gal_studio.core.errors import StudioError
from gal_studio.core.models.reports import ModelNames
from gal_studio.state import Store
from gal_studio.studio import Studio
from gal_studio.studio.create.model_check import ModelCheck
from gal_studio.worker.model_check import CheckHere
from tests.engine.families.test_refusals import REFUSED
from tests.engine.tiny_pipelines import Make
from tests.tiny_project import make_tower, tiny_draft


def refused(tmp_path: Path, names: tuple[str, str], words: str, **changes: object) -> None:
    """Creating a project is refused with these words, and nothing is stored."""
    with Store(tmp_path / "workspace") as store:
        studio = Studio(store, models=CheckHere())
        with pytest.raises(StudioError, match=words):
            studio.create_project(tiny_draft(names, **changes))
        assert not studio.projects()


@pytest.mark.parametrize(("make", "words"), REFUSED.values(), ids=REFUSED.keys())
def test_a_pipeline_that_is_not_reproduced_makes_no_project(
    make: Make, words: str, tmp_path: Path, names: tuple[str, str]
) -> None:
    refused(tmp_path, (str(make(tmp_path / "model")), names[1]), words)


def test_files_of_the_wrong_kind_make_no_project(tmp_path: Path, names: tuple[str, str]) -> None:
    base, clip = names
    lora = tmp_path / "lora.safetensors"
    save_file({"unet.a.lora_A.weight": np.zeros((1, 1), np.float32)}, lora)
    damaged = tmp_path / "damaged.safetensors"
    damaged.write_bytes(b"not a header")
    for name, words in {
        str(lora): "is a LoRA, not a base model",
        str(damaged): "is a text .“not a header”., not the file itself",
        str(tmp_path / "model.ckpt"): "is a pickle",
        clip.removeprefix("local-dir:"): "is not an image model: it holds no model_index.json",
        str(tmp_path / "nowhere"): "There is no model folder",
    }.items():
        refused(tmp_path, (name, clip), words)
    refused(tmp_path, (base, "ViT-B-32/nobody"), "open_clip does not know this name and tag")
    refused(tmp_path, (base, "no-tag"), "has no tag: write NAME/TAG")
    vision = {"refine": {"vision_model": str(tmp_path)}}
    refused(tmp_path, names, "is not a vision model: it holds no config.json", changes=vision)


def test_a_process_of_its_own_checks_for_the_page(tmp_path: Path, names: tuple[str, str]) -> None:
    base, clip = names
    tower = make_tower(tmp_path / "tower", clip)
    check = ModelCheck()
    try:
        good = check.check(ModelNames(base, clip, tower))
        assert (good.problem, good.missing, len(good.models)) == ("", 0, 3)
        bad = check.check(ModelNames(str(tmp_path), clip, "clip"))
        assert [one.field for one in bad.models if one.refusal] == ["base_model"]
        assert "is not an image model" in bad.problem
        assert check.poll(ModelNames(base, clip, tower)) == good
    finally:
        check.close()
    bundled = ModelNames("assets:pocket/pipeline", "local-dir:assets:pocket/clip", "clip")
    assert check.poll(bundled) == check.check(bundled)
    assert check.process._process is None, "bundled models need no check"
