"""A vision-language model of transformers that describes pictures: Qwen-VL, Florence-2 and others."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from PIL import Image

from gal_studio.causes import in_folder
from gal_studio.core.errors import StudioError, first_line
from gal_studio.engine.hub.models import captioner_folder, is_directory
from gal_studio.engine.hub.needs import Revisions
from gal_studio.engine.models.devices import choose_device

MOST_TOKENS = 96
_TASK = "<DETAILED_CAPTION>"
"""What Florence-2 is asked: it knows tasks, and no questions."""


@dataclass(frozen=True)
class Captioner:
    """A loaded model with its processor."""

    name: str
    module: Any
    processor: Any

    @torch.inference_mode()
    def describe(self, picture: Image.Image, question: str) -> str:
        """What the model answers to a question about a picture; always the same."""
        image = picture.convert("RGB")
        if self.module.config.model_type == "florence2":
            text = _TASK
        else:
            content = [{"type": "image"}, {"type": "text", "text": question}]
            text = self.processor.apply_chat_template(
                [{"role": "user", "content": content}], add_generation_prompt=True
            )
        inputs = self.processor(text=[text], images=[image], return_tensors="pt").to(self.module.device)
        inputs = {
            name: value.to(self.module.dtype) if value.is_floating_point() else value
            for name, value in inputs.items()
        }
        written = self.module.generate(**inputs, max_new_tokens=MOST_TOKENS, do_sample=False, num_beams=1)
        known = 0 if self.module.config.is_encoder_decoder else inputs["input_ids"].shape[1]
        return str(self.processor.batch_decode(written[:, known:], skip_special_tokens=True)[0])


def load_captioner(name: str, revisions: Revisions, device: torch.device | None = None) -> Captioner:
    """Load a folder or a hub ID; safetensors only, and no code that comes with it."""
    from transformers import AutoModelForImageTextToText, AutoProcessor

    folder = Path(name).expanduser() if is_directory(name) else captioner_folder(name, revisions)
    chosen = device or choose_device()
    precision = torch.bfloat16 if chosen.type == "cuda" else torch.float32
    safe = {"local_files_only": True, "trust_remote_code": False}
    try:
        with torch.random.fork_rng(devices=[]):
            module = AutoModelForImageTextToText.from_pretrained(
                folder, use_safetensors=True, dtype=precision, **safe
            )
        processor = AutoProcessor.from_pretrained(folder, **safe)
    except Exception as error:  # the libraries raise many types
        raise StudioError(
            in_folder(folder, error)
            or f"The model {name} cannot write captions ({first_line(error)}): choose a vision-language "
            "model, such as Qwen/Qwen3-VL-2B-Instruct."
        ) from error
    return Captioner(name, module.to(chosen).requires_grad_(False).eval(), processor)
