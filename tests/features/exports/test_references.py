"""Round 0 leaves the studio: its references, and code and a workflow that draw the same elsewhere."""

import json
from collections.abc import Generator, Sequence
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest
from PIL import Image

from gal_studio.core.errors import StudioError
from gal_studio.core.settings import GenerationSettings, ReferenceSettings
from gal_studio.engine.loras import check, stock
from gal_studio.engine.loras.check import Checked
from gal_studio.engine.loras.stock import StockRequest
from gal_studio.engine.models.adapter_files import AdapterFiles
from gal_studio.engine.models.image_model import load_image_model
from gal_studio.engine.sampling.sampler import DrawRequest
from gal_studio.features.exports.engine.references import (
    _vision_file,
    export_without_training,
    reference_workflow,
)
from gal_studio.features.exports.engine.task import open_export
from gal_studio.features.exports.engine.workflow import Workflow, WorkflowOrder
from gal_studio.features.exports.forms import REFERENCES
from gal_studio.studio import Studio
from gal_studio.worker.models import Models
from tests.engine.tiny import make_tiny_pipeline, make_tiny_xl_pipeline
from tests.engine.tiny_adapters import make_tiny_adapters
from tests.engine.tiny_flows import make_distilled_klein, make_tiny_klein
from tests.engine.tiny_pipelines import Make
from tests.features.needed import needs_round_zero
from tests.tiny_project import CHANGES, large, object_draft
from tests.worker.running import work


@needs_round_zero
@pytest.mark.parametrize(
    ("make", "several"),
    [
        (make_tiny_pipeline, "together"),
        (make_tiny_xl_pipeline, "average"),
        pytest.param(make_distilled_klein, "together", marks=pytest.mark.thorough),
    ],
    ids=["sd1", "sdxl averaged", "klein"],
)
def test_the_code_of_the_card_generates_with_the_references(
    make: Make,
    several: str,
    studio: Studio,
    names: tuple[str, str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def check_here(
        requests: Sequence[StockRequest], expected: Sequence[Image.Image]
    ) -> Generator[None, None, tuple[Checked, ...]]:
        request.extend(requests)
        (tmp_path / "check").mkdir()
        requests[0].write(tmp_path / "request.json")
        stock.draw_stock(stock.read_request(tmp_path / "request.json"), tmp_path / "check")
        yield
        return (check._compare(tmp_path / "check", expected, 0),)

    request: list[StockRequest] = []
    monkeypatch.setattr(check, "check_files", check_here)
    base = make(tmp_path / "model")
    native = make is make_distilled_klein
    adapters = (
        "native"
        if native
        else str(make_tiny_adapters(tmp_path / "adapters", load_image_model(base, device="cpu")))
    )
    changes = {
        "references": {"adapter": adapters, "strength": 0.6, "several": several},
        "generation": {**CHANGES["generation"], "candidates": 2, "resolution": 64},
        "machine": {"precision": "fp32"},
    }
    references = [(large(one), f"A <sks> cat on a {place}") for one, place in ((1, "rug"), (2, "boat"))]
    draft = object_draft((str(base), names[1]), references=references, changes=changes)
    project = studio.create_project(draft)
    zero, models = studio.instant_round(project).round_id, Models()
    work(studio, models)
    job = work(studio, models, studio.export_round(zero, "references"))
    assert job is not None and (job.state, job.message) == ("completed", "")
    (found,) = studio.exports(zero)
    assert found.is_same, found.sentence
    with ZipFile(studio.exported(zero, "references")) as archive:
        archive.extractall(tmp_path / "exported")
    monkeypatch.chdir(tmp_path / "exported")
    made = sorted(path.name for path in Path().iterdir())
    assert {"README.md", "pictures", "references"} <= set(made)
    assert len(list(Path("references").iterdir())) == 2
    card = Path("README.md").read_text(encoding="utf-8")
    assert "a &lt;sks> cat" in card.partition("## Images")[2], "no tag of HTML"
    code = card.partition("```python\n")[2].partition("```")[0]
    code = code.replace("THE FOLDER OF model", str(base))
    if not native:
        given = request[0].given
        assert given is not None
        code = code.replace("THE FOLDER OF THE IMAGE ADAPTER", str(Path(given.weights).parent))
        code = code.replace("THE FOLDER OF THE IMAGE ENCODER", given.encoder)
    names_of: dict[str, Any] = {}
    exec(code, names_of)
    assert names_of["picture"].size == (64, 64)


@needs_round_zero
def test_objects_side_by_side_are_refused(studio: Studio, names: tuple[str, str], tmp_path: Path) -> None:
    changes = {**CHANGES, "references": {"adapter": "an/adapter", "several": "beside"}}
    project = studio.create_project(object_draft(names, changes=changes))
    zero = studio.instant_round(project).round_id
    task = open_export(studio.store, Models(), zero, REFERENCES)
    with pytest.raises(StudioError, match=r"choose For ComfyUI and diffusers"):
        studio.export_round(zero, "kohya")
    with pytest.raises(StudioError, match="Objects side by side are generated in the studio alone"):
        studio.export_round(zero, "references")
    with pytest.raises(StudioError, match="Objects side by side are generated in the studio alone"):
        next(export_without_training(task, tmp_path))


def whole(made: Workflow | None) -> Workflow:
    assert made is not None and "lora" not in json.dumps(made)
    for one in made.values():
        for value in one["inputs"].values():
            assert not isinstance(value, list) or value[0] in made, "every link has its node"
    return made


def test_the_workflow_gives_the_references(tmp_path: Path) -> None:
    names, order = (
        ["01.png", "02.png"],
        WorkflowOrder("", "b", DrawRequest("a cat", 1), GenerationSettings(), 64),
    )
    klein = load_image_model(make_distilled_klein(tmp_path / "klein")).family
    made = whole(reference_workflow(klein, order, ReferenceSettings("native"), None, names))
    assert made["guide"]["inputs"]["positive"] == ["prompt with image 2", 0]
    assert made["prompt with image 2"]["inputs"]["conditioning"] == ["prompt with image 1", 0]
    assert made["guide"]["inputs"]["model"] == ["model", 0]
    xl = load_image_model(make_tiny_xl_pipeline(tmp_path / "xl"), device="cpu").family
    encoder = tmp_path / "image_encoder"
    encoder.mkdir()
    (encoder / "config.json").write_text('{"hidden_size": 1280}')
    adapter = AdapterFiles(Path("a/ip-adapter_sdxl.safetensors"), encoder)
    made = whole(reference_workflow(xl, order, ReferenceSettings("a", 0.4, "average"), adapter, names))
    assert "ViT-H" in made["encoder"]["inputs"]["clip_name"]
    inputs = made["references"]["inputs"]
    assert (inputs["weight"], inputs["combine_embeds"]) == (0.4, "average")
    assert made["sampler"]["inputs"]["model"] == ["references", 0] and inputs["model"] == ["checkpoint", 0]


def test_references_are_added_where_guidance_is_limited_too(tmp_path: Path) -> None:
    settings = GenerationSettings(guidance_scale=3.0, steps=10, guidance_start=0.3, guidance_end=0.7)
    order = WorkflowOrder("", "b", DrawRequest("a cat", 1), settings, 64)
    klein = load_image_model(make_tiny_klein(tmp_path / "klein")).family
    made = whole(reference_workflow(klein, order, ReferenceSettings("native"), None, ["01.png"]))
    assert made["guide"]["inputs"]["negative"] == ["joined 1", 0]
    conditionings = {made[name]["inputs"]["conditioning"][0] for name in ("before", "guided", "after")}
    assert conditionings == {"prompt with image 1", "nothing with image 1"}


@pytest.mark.parametrize(("width", "name"), [(1280, "ViT-H"), (1664, "ViT-bigG")])
def test_the_image_encoder_is_that_of_the_adapter(width: int, name: str, tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text(f'{{"hidden_size": {width}}}')
    assert name in _vision_file(tmp_path)
