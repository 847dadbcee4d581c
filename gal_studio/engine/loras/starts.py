"""LoRAs whose training began with a part of the base model's weights, which it took out of the model.

What such a LoRA adds belongs to the model without that part; to the whole model it would add the part twice.
EVA (arXiv 2410.07170) changes no weight.
"""

import re
from collections.abc import Mapping
from typing import Any

_KEY = "init_lora_weights"
_PLAIN = ("true", "false", "none", "", "default", "gaussian", "orthogonal", "eva")
_SAID = re.compile(
    r"(?:init_lora_weights|initiali[sz]ation_style|lora_init\w*|init_method)\W{1,6}"
    r"(pissa\w*|olora|loftq|corda|lora_ga)\b",
    re.IGNORECASE,
)


def changed_by(configuration: Mapping[str, Any], metadata: Mapping[str, str]) -> str:
    """How a training changed the base model first, as peft's configuration or a file's header calls it.

    Empty for a plain LoRA.
    """
    given = str(configuration.get(_KEY, "")).lower()
    if given not in _PLAIN:
        return given[:40]
    said = (_SAID.search(f"{name}={value}") for name, value in metadata.items())
    return next((found[1].lower() for found in said if found), "")
