"""Every family implements the protocol, and nothing else in the package mentions U-Nets."""

import re
from pathlib import Path

import pytest

import gal_studio
from gal_studio.core.errors import StudioError
from gal_studio.engine.families.registry import FAMILIES, family_of

ALLOWED = {  # a column, and what reads and writes it
    "state/tables/rounds.py",
    "core/records/round.py", "core/models/forms/programs.py",
    "core/models/lora_tensors.py", "studio/create/model_folders.py",
    "studio/views/round.py", "studio/views/types.py", "commands/running/outputs.py",
    "engine/loras/foreign.py", "engine/loras/foreign_names.py", "engine/loras/stock.py",  # words of others
    "engine/models/one_file.py", "engine/sampling/few_steps.py",
    "state/tables/branches.py", "features/exports/engine/card.py", "features/exports/engine/workflow.py",
}  # fmt: skip


def test_names_and_pipelines_are_distinct() -> None:
    pipelines = [pipeline for family in FAMILIES for pipeline in family.pipelines]
    assert len(set(pipelines)) == len(pipelines)
    assert len({family.name for family in FAMILIES}) == len(FAMILIES)
    assert family_of("a model", {"_class_name": "StableDiffusionXLPipeline"}).name == "sdxl"


def test_an_unknown_pipeline_is_refused_by_name_with_what_is_supported() -> None:
    with pytest.raises(StudioError, match=r"is a FluxPipeline: .*StableDiffusionPipeline and .*XLPipeline"):
        family_of("a model", {"_class_name": "FluxPipeline"})


def test_only_families_mention_unets() -> None:
    package = Path(gal_studio.__file__).parent
    for path in package.rglob("*.py"):
        name = path.relative_to(package).as_posix()
        if not name.startswith("engine/families/") and name not in ALLOWED:
            assert not re.search(r"unet|u-net", path.read_text(), re.IGNORECASE), name
