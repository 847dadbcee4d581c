"""A project on tiny random models: the whole loop in seconds."""

import io
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from PIL import Image, ImageDraw
from safetensors.numpy import save_file

from gal_studio.studio import ProjectDraft
from tests.drawn_alike import ALIKE
from tests.state.images.profiles import encoded

CHANGES: Mapping[str, Any] = {
    "tune": {
        "steps": 6,
        "batch_size": 2,
        "rank": 2,
        "checkpoint_every": 2,
        "prior_images": 3,
        "prior_styles": [],
        "accepted_share": 0.0,
    },
    "generation": {**ALIKE, "candidates": 3, "steps": 3, "batch_size": 4, "guidance_scale": 3.0},
    "gal": {"top_k": 2},
    "refine": {"pairs": 4, "steps": 6, "batch_size": 2, "checkpoint_every": 2},
}


def changed(**sections: Mapping[str, Any]) -> dict[str, Any]:
    """`CHANGES`, and these of each section."""
    return {**CHANGES, **{name: {**CHANGES.get(name, {}), **more} for name, more in sections.items()}}


def make_models(folder: Path) -> tuple[str, str]:
    """Names of a base model and of a CLIP, written under the folder."""
    from tests.engine.tiny import make_tiny_clip, make_tiny_pipeline  # torch: other drafts need none

    pipeline, clip = make_tiny_pipeline(folder / "pipeline"), make_tiny_clip(folder / "clip")
    return str(pipeline), f"local-dir:{clip}"


def make_tower(folder: Path, clip: str) -> str:
    """The name of a vision model: the CLIP's own image tower, with limits between which its maps lie."""
    folder.mkdir(parents=True)
    card = {"base": f"clip:{clip}", "mixture": [1.0], "grid": 16, "limits": {"low": 0.2, "high": 0.9}}
    (folder / "vision.json").write_text(json.dumps(card))
    save_file({}, folder / "tower.safetensors")
    return f"local-dir:{folder}"


def drawing(number: int) -> bytes:
    """A small picture, different for each number."""
    picture = Image.new("RGB", (40, 32), (250, 200, 40 * number))
    ImageDraw.Draw(picture).ellipse((4 + number, 4, 24, 28), fill=(40 * number, 80, 200))
    return encoded(picture)


def large(number: int) -> bytes:
    """The picture large enough for klein, which takes no references below 64 pixels."""
    return encoded(Image.open(io.BytesIO(drawing(number))).resize((80, 64)))


def tiny_draft(models: tuple[str, str], **changes: Any) -> ProjectDraft:
    """A style project with four anchors."""
    given: dict[str, Any] = {
        "kind": "style",
        "references": [(drawing(1), "A cat in ink style")],
        "base_model": models[0],
        "clip_model": models[1],
        "anchors": ["A tie {}", "A koala {}", "A drum {}", "A kite {}"],
        "changes": CHANGES,
        "seed": 5,
    }
    return ProjectDraft(**{**given, **changes})


def object_draft(models: tuple[str, str], **changes: Any) -> ProjectDraft:
    """An object project with two references and four anchors."""
    given: dict[str, Any] = {
        "kind": "object",
        "references": [(drawing(1), "A <sks> cat on a rug"), (drawing(2), "A <sks> cat on a boat")],
        "trigger_word": "<sks>",
        "anchors": ["{} in a gym", "{} in a bank", "{} at a cafe", "{} on a plane"],
    }
    return tiny_draft(models, **{**given, **changes})
