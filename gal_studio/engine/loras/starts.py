"""LoRAs whose training began with a part of the base model's weights, which it took out of the model.

What such a LoRA adds belongs to the model without that part; to the whole model it would add the part twice.
PiSSA (arXiv 2404.02948) takes the largest singular values, OLoRA (arXiv 2406.01775) the first columns of a QR
decomposition: both follow from the weights, so that the part is subtracted here again. Others depend on
more than the weights. EVA (arXiv 2410.07170) changes no weight.
"""

import re
from collections.abc import Mapping
from typing import Any, Literal

import torch

from gal_studio.engine.models.factors import Factors

Part = Literal["PiSSA", "OLoRA"]
_KEY = "init_lora_weights"
_PLAIN = ("true", "false", "none", "", "default", "gaussian", "orthogonal", "eva")
_EXACT: Mapping[str, Part] = {"pissa": "PiSSA", "olora": "OLoRA"}
_OTHERS: Mapping[str, str] = {
    "pissa_niter": "an approximation of its largest parts (PiSSA by iterations)",
    "loftq": "what its quantization left out (LoftQ)",
    "corda": "parts of it that depend on other data (CorDA)",
    "lora_ga": "its gradients on other data (LoRA-GA)",
}
_SAID = re.compile(
    r"(?:init_lora_weights|initiali[sz]ation_style|lora_init\w*|init_method)\W{1,6}"
    r"(pissa\w*|olora|loftq|corda|lora_ga)\b",
    re.IGNORECASE,
)


class UnknownStartError(ValueError):
    """The LoRA began with something that does not follow from the weights; the text says with what."""


def part_of(configuration: Mapping[str, Any], metadata: Mapping[str, str]) -> Part | None:
    """With which part of the base model a training began, by peft's configuration or a file's header.

    None for a plain LoRA.
    """
    given = str(configuration.get(_KEY, "")).lower()
    if given in _PLAIN:
        said = (_SAID.search(f"{name}={value}") for name, value in metadata.items())
        given = next((found[1].lower() for found in said if found), "") or given
    if given in _PLAIN:
        return None
    if given in _EXACT:
        return _EXACT[given]
    words = next((words for name, words in _OTHERS.items() if given.startswith(name)), f"{given[:40]!r}")
    raise UnknownStartError(f"began with the base model changed by {words}")


def without_part(made: Factors, part: Part, weight: torch.Tensor, rank: int, scale: float) -> Factors:
    """What a LoRA adds to the whole weight (out, in), given what it adds to the weight without its part.

    The rank becomes twice as large. `scale` is what multiplied the product of its `rank` rows.
    """
    base = weight.detach().float()
    if part == "PiSSA":
        left, sizes, right = torch.linalg.svd(base, full_matrices=False)
        up, down = left[:, :rank] * sizes[:rank], right[:rank]
    else:
        columns, rows = torch.linalg.qr(base)
        up, down = columns[:, :rank] * scale, rows[:rank]
    return Factors(torch.cat([made.down, down]), torch.cat([made.up, -up], 1))
