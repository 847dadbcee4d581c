"""Prompts as the denoiser reads them: checked for length, then encoded once each."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import torch

from gal_studio.core.errors import StudioError
from gal_studio.engine.models.image_model import ImageModel


@dataclass(frozen=True)
class TextFeatures:
    """What n prompts are to the denoiser: hidden (n, tokens, width), for SDXL also pooled (n, width)."""

    hidden: torch.Tensor
    pooled: torch.Tensor | None = None

    def rows(self, index: Sequence[int]) -> "TextFeatures":
        """The features of some of the prompts, in the given order."""
        rows = torch.tensor(list(index), device=self.hidden.device)
        return TextFeatures(self.hidden[rows], None if self.pooled is None else self.pooled[rows])


def stack_texts(parts: Sequence[TextFeatures]) -> TextFeatures:
    """Put the features of several prompts under each other."""
    pooled = [part.pooled for part in parts if part.pooled is not None]
    return TextFeatures(torch.cat([part.hidden for part in parts]), torch.cat(pooled) if pooled else None)


def count_tokens(model: ImageModel, prompt: str) -> int:
    """Tokens of a prompt, the two marks at its ends included."""
    return len(model.pipeline.tokenizer(prompt, truncation=False, verbose=False).input_ids)


def check_prompts(model: ImageModel, prompts: Iterable[str]) -> None:
    """Refuse an empty prompt, and one that is longer than the model reads."""
    for prompt in dict.fromkeys(prompts):
        if not prompt.strip():
            raise StudioError("A prompt is empty: say what the picture shows.")
        tokens = count_tokens(model, prompt)
        if tokens > model.token_limit:
            raise StudioError(
                f"The prompt {prompt[:60]!r}… has {tokens} tokens and this model reads {model.token_limit}: "
                "shorten it."
            )


def encode_prompts(model: ImageModel, prompts: Iterable[str]) -> dict[str, TextFeatures]:
    """Encode every distinct prompt once, and alone, so that its features do not depend on the others."""
    with torch.no_grad():
        return {prompt: _encode(model, prompt) for prompt in dict.fromkeys(prompts)}


def encode_nothing(model: ImageModel) -> TextFeatures:
    """The features that stand for "no prompt" in classifier-free guidance."""
    with torch.no_grad():
        empty = _encode(model, "")
    if empty.pooled is not None and model.pipeline.config.force_zeros_for_empty_prompt:
        return TextFeatures(torch.zeros_like(empty.hidden), torch.zeros_like(empty.pooled))
    return empty


def _encode(model: ImageModel, prompt: str) -> TextFeatures:
    encode: Any = model.pipeline.encode_prompt
    if model.family == "sdxl":
        hidden, _, pooled, _ = encode(prompt, device=model.device, do_classifier_free_guidance=False)
        return TextFeatures(hidden, pooled)
    hidden, _ = encode(prompt, model.device, 1, False)
    return TextFeatures(hidden)
