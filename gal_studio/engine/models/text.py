"""Check the length of prompts, and encode each of them once."""

from collections.abc import Iterable

import torch

from gal_studio.core.errors import StudioError
from gal_studio.engine.families.family import TextFeatures
from gal_studio.engine.models.image_model import ImageModel


def check_prompts(model: ImageModel, prompts: Iterable[str]) -> None:
    """Refuse an empty prompt, and one that is longer than the model reads."""
    for prompt in dict.fromkeys(prompts):
        if not prompt.strip():
            raise StudioError("A prompt is empty: say what the picture shows.")
        tokens, limit = model.family.count_tokens(prompt), model.family.token_limit
        if tokens > limit:
            raise StudioError(
                f"The prompt {prompt[:60]!r}… has {tokens} tokens and this model reads {limit}: shorten it."
            )


def encode_prompts(model: ImageModel, prompts: Iterable[str]) -> dict[str, TextFeatures]:
    """Encode every distinct prompt once, and alone, so that its features do not depend on the others."""
    with torch.no_grad():
        return {prompt: model.family.encode_text(prompt, model.device) for prompt in dict.fromkeys(prompts)}


def encode_unconditional(model: ImageModel) -> TextFeatures:
    """The features that stand for "no prompt" in classifier-free guidance."""
    with torch.no_grad():
        return model.family.unconditional_text(model.device)
