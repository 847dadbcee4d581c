"""A vision-language model, trained from nothing, is opened from its folder and describes a picture."""

from pathlib import Path

import pytest
import torch
from PIL import Image
from transformers import (
    Qwen2VLImageProcessor,
    Qwen3VLForConditionalGeneration,
    Qwen3VLProcessor,
    Qwen3VLVideoProcessor,
)

from gal_studio.core.errors import StudioError
from gal_studio.core.taught.registry import find_taught
from gal_studio.features.proposed_captions.engine import load_captioner
from tests.engine.tiny_flows import make_tiny_qwen_tokenizer, tiny_qwen_vision

CPU = torch.device("cpu")
VISION = ("<|vision_start|>", "<|vision_end|>", "<|image_pad|>", "<|video_pad|>")
TEMPLATE = (
    "{% for message in messages %}<|im_start|>{{ message.role }}\n{% for part in message.content %}"
    "{% if part.type == 'image' %}<|vision_start|><|image_pad|><|vision_end|>{% else %}{{ part.text }}"
    "{% endif %}{% endfor %}<|im_end|>\n{% endfor %}<|im_start|>assistant\n"
)


def make_tiny_captioner(folder: Path) -> Path:
    tokenizer = make_tiny_qwen_tokenizer()
    tokenizer.add_special_tokens({"additional_special_tokens": [*VISION]})
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        model = tiny_qwen_vision(tokenizer, 2, Qwen3VLForConditionalGeneration)
    ids = dict(
        zip(
            ("vision_start", "vision_end", "image", "video"),
            map(tokenizer.convert_tokens_to_ids, VISION),
            strict=True,
        )
    )
    for name, number in ids.items():
        setattr(model.config, f"{name}_token_id", number)
    sizes = {"patch_size": 4, "merge_size": 2, "min_pixels": 256, "max_pixels": 1024}
    processor = Qwen3VLProcessor(
        Qwen2VLImageProcessor(**sizes), tokenizer, Qwen3VLVideoProcessor(**sizes), chat_template=TEMPLATE
    )
    model.save_pretrained(folder)
    processor.save_pretrained(folder)
    return folder


def test_a_tiny_model_describes_a_picture(tmp_path: Path) -> None:
    folder = make_tiny_captioner(tmp_path / "model")
    captioner = load_captioner(str(folder), {}, CPU)
    red, blue = Image.new("RGB", (40, 32), "red"), Image.new("RGB", (40, 32), "blue")
    said = captioner.describe(red, find_taught("object").question)
    assert said and said == load_captioner(str(folder), {}, CPU).describe(red, find_taught("object").question)
    assert said != captioner.describe(blue, find_taught("object").question)  # it looks at the picture
    assert "caption of at most" not in said  # the question is not part of the answer


def test_a_folder_of_another_kind_is_refused(tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text('{"model_type": "qwen3"}')
    with pytest.raises(StudioError, match=r"cannot write captions .*: choose a vision-language model"):
        load_captioner(str(tmp_path), {}, CPU)
