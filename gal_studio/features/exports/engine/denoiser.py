"""A whole denoiser in diffusers' format: one that was trained whole, or one with a LoRA merged into it."""

import json
from pathlib import Path

from gal_studio.engine.models.image_model import ImageModel
from gal_studio.engine.sampling.fused_adapter import drawing
from gal_studio.json_files import read_json

_PRIVATE = ("_name_or_path",)  # a folder of this computer


def save_denoiser(model: ImageModel, adapter: Path, folder: Path) -> Path:
    """Write the denoiser with the adapter in it to a folder of its name in pipelines; returns that.

    Its precision is that of the base model's weights in memory.
    """
    target = folder / model.family.part
    with drawing(model, adapter, model.denoiser.dtype):
        model.denoiser.save_pretrained(target, safe_serialization=True, max_shard_size="100GB")
    configuration = target / "config.json"
    known = read_json(configuration)
    shared = {name: value for name, value in known.items() if name not in _PRIVATE}
    configuration.write_text(json.dumps(shared, indent=2, sort_keys=True) + "\n", encoding="utf-8")
    return target
