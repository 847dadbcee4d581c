"""A picture as the condition of some rows: the image adapter learns beside the U-Net.

Five of eight of these rows are given *another picture of the same recipe*, and no word of its style: the
picture alone tells how they are to look. The others are given another picture of the same subject
(`workshop.pocket.data.views`), as the adapter has learned until now. What shows another thing than the words
name is a style.
"""

from pathlib import Path
from typing import TypeAlias

import numpy as np
import torch
from diffusers import UNet2DConditionModel
from diffusers.models.attention_processor import Attention, AttnProcessor, IPAdapterAttnProcessor
from diffusers.models.unets.unet_2d_condition import UNet2DConditionOutput
from safetensors.torch import load_file
from torch import nn
from torch.nn.functional import linear

from workshop.pocket.train.adapter import NAME, Adapter, Scale
from workshop.pocket.train.denoiser import SHIPPED

KEPT = 512  # pictures of a shard of recipes that may be given
OF_RECIPES = 5 / 8
ALONE, LEFT_OUT = 0.2, 0.1  # shares without a text, and of them without the picture as well
Said: TypeAlias = "torch.Tensor | tuple[torch.Tensor, torch.Tensor]"


class Reading:
    """Cross-attention of all rows to their words, and of the last rows to a picture's tokens as well.

    It is no module, so that its weights are the adapter's alone.
    """

    def __init__(self, part: IPAdapterAttnProcessor) -> None:
        self.keys, self.values, self.plain = part.to_k_ip[0], part.to_v_ip[0], AttnProcessor()

    def __call__(
        self,
        attn: Attention,
        hidden_states: torch.Tensor,
        encoder_hidden_states: Said,
        attention_mask: torch.Tensor | None = None,
    ) -> torch.Tensor:
        if not isinstance(encoder_hidden_states, tuple):
            return self.plain(attn, hidden_states, encoder_hidden_states)
        words, seen = encoder_hidden_states
        made = self.plain(attn, hidden_states, words)
        first = len(made) - len(seen)
        query, keys, values = (
            attn.head_to_batch_dim(each)
            for each in (attn.to_q(hidden_states[first:]), self.keys(seen), self.values(seen))
        )
        read = attn.batch_to_head_dim(attn.get_attention_scores(query, keys) @ values)
        return torch.cat((made[:first], made[first:] + linear(read, attn.to_out[0].weight)))


class Conditioned(nn.Module):
    """A U-Net and its adapter, called as a U-Net: words, and tokens (n, 64, d) of the last n rows or none."""

    def __init__(self, unet: UNet2DConditionModel, scale: Scale) -> None:
        super().__init__()
        self.unet, self.scale, self.adapter = unet, scale, Adapter(unet, len(scale.mean))
        readings = dict(zip(self.adapter.crossing, map(Reading, self.adapter.attention), strict=True))
        unet.set_attn_processor({name: AttnProcessor() for name in unet.attn_processors} | readings)

    def forward(self, noisy: torch.Tensor, t: torch.Tensor, words: Said) -> UNet2DConditionOutput:
        if isinstance(words, tuple):
            words = words[0], self.adapter.projection(self.scale.apply(words[1]))
        return self.unet(noisy, t, words)

    @torch.no_grad()
    def load_adapter(self, folder: Path = SHIPPED.parent / "adapter") -> None:
        """Start from an adapter's file, whose first layer reads tokens as they are."""
        kept = {name: tensor.float() for name, tensor in load_file(folder / NAME).items()}
        weight, bias = kept["image_proj.proj.0.weight"], kept["image_proj.proj.0.bias"]
        projection = self.adapter.projection
        projection.ff.net[0].proj.weight.copy_(weight * self.scale.deviation)
        projection.ff.net[0].proj.bias.copy_(bias + weight @ self.scale.mean)
        for part, number in ((projection.ff.net[2], 2), (projection.norm, 3)):
            part.weight.copy_(kept[f"image_proj.proj.{number}.weight"])
            part.bias.copy_(kept[f"image_proj.proj.{number}.bias"])
        for number, part in enumerate(self.adapter.attention):
            part.to_k_ip[0].weight.copy_(kept[f"ip_adapter.{2 * number + 1}.to_k_ip.weight"])
            part.to_v_ip[0].weight.copy_(kept[f"ip_adapter.{2 * number + 1}.to_v_ip.weight"])


class SameRecipe:
    """Pictures that may be given, and for each the pictures of its recipe, which may be drawn."""

    def __init__(self) -> None:
        self.tokens, self._recipes = dict[int, np.ndarray](), np.zeros(0, int)
        self._usable = np.zeros(0, int)

    def add(self, tokens: np.ndarray, recipes: np.ndarray) -> None:
        """The next pictures; of the first of them there are tokens, float16 (n, 64, d)."""
        self.tokens |= dict(enumerate(tokens, start=len(self._recipes)))
        self._recipes = np.concatenate((self._recipes, recipes))
        given = np.array(list(self.tokens))
        counts = np.bincount(self._recipes)
        self._usable = given[counts[self._recipes[given]] > 1]

    def draw(self, rng: np.random.Generator, count: int) -> tuple[np.ndarray, np.ndarray]:
        """Rows to draw, and the tokens of another picture of each one's recipe."""
        chosen = rng.choice(self._usable, count)
        same = [np.flatnonzero(self._recipes == self._recipes[row]) for row in chosen]
        rows = [rng.choice(each[each != row]) for each, row in zip(same, chosen, strict=True)]
        return np.array(rows), np.stack([self.tokens[row] for row in chosen])


def leave_out(
    words: list[str], tokens: np.ndarray, absent: torch.Tensor, rng: np.random.Generator
) -> tuple[list[str], torch.Tensor]:
    """Some captions are empty, and half of these pictures are that of none: guidance has to know both."""
    share, found = rng.random(len(words)), torch.from_numpy(tokens).float()
    found[torch.from_numpy(share < LEFT_OUT)] = absent
    return ["" if each < ALONE else said for said, each in zip(words, share, strict=True)], found
