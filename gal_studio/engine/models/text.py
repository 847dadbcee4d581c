"""Check the length of prompts, and encode each distinct one once."""

from collections.abc import Iterable

import torch

from gal_studio.core.errors import StudioError
from gal_studio.engine.families.family import TextFeatures
from gal_studio.engine.models.image_model import ImageModel
from gal_studio.engine.models.placement import text_on_device


def check_prompts(model: ImageModel, prompts: Iterable[str]) -> None:
    """Refuse an empty prompt, or one that exceeds the model's context length."""
    for prompt in dict.fromkeys(prompts):
        if not prompt.strip():
            raise StudioError("A prompt is empty: say what the image shows.")
        tokens, limit = model.family.count_tokens(prompt), model.family.token_limit
        if tokens > limit:
            raise StudioError(
                f"The prompt {prompt[:60]!r}… has {tokens} tokens and this model reads {limit}: shorten it."
            )


def encode_prompts(
    model: ImageModel, prompts: Iterable[str], unconditional: bool = False
) -> dict[str, TextFeatures]:
    """Encode each distinct prompt once, one at a time, so that its features do not depend on the others.

    With `unconditional`, "" has the unconditional features of classifier-free guidance. Encoders that wait
    off the device come to it once for all of them.
    """
    with torch.no_grad(), text_on_device(model.family, model.device, model.machine):
        texts = {prompt: model.family.encode_text(prompt, model.device) for prompt in dict.fromkeys(prompts)}
        return {**texts, "": model.family.unconditional_text(model.device)} if unconditional else texts
