"""What the tensors of a LoRA's file are, by how their names end, and what kind of LoRA they make."""

import re
from collections.abc import Iterable, Mapping
from typing import Literal

from gal_studio.core.errors import StudioError

Role = Literal[
    "down", "up", "mid", "alpha", "magnitude", "magnitude_of_outputs", "bias", "norm",
    "hada_w1_a", "hada_w1_b", "hada_w2_a", "hada_w2_b",
    "lokr_w1", "lokr_w1_a", "lokr_w1_b", "lokr_w2", "lokr_w2_a", "lokr_w2_b",
    "oft", "glora",
]  # fmt: skip
"""`down` and `up` are the factors of a LoRA, `mid` is Tucker's core; the others are named as in LyCORIS.

The magnitudes are a DoRA's: peft's are always `magnitude_of_outputs`.
"""

_PLAIN: tuple[Role, ...] = (
    "hada_w1_a", "hada_w1_b", "hada_w2_a", "hada_w2_b",
    "lokr_w1", "lokr_w1_a", "lokr_w1_b", "lokr_w2", "lokr_w2_a", "lokr_w2_b",
)  # fmt: skip
_ENDINGS: Mapping[str, Role] = {
    ".lora_A.weight": "down",
    ".lora_B.weight": "up",
    ".lora_down.weight": "down",
    ".lora_up.weight": "up",
    ".lora_mid.weight": "mid",
    ".lora.down.weight": "down",
    ".lora.up.weight": "up",
    "_lora.down.weight": "down",
    "_lora.up.weight": "up",
    ".lora_linear_layer.down.weight": "down",
    ".lora_linear_layer.up.weight": "up",
    ".alpha": "alpha",
    ".dora_scale": "magnitude",
    ".lora_magnitude_vector": "magnitude_of_outputs",
    ".lora_magnitude_vector.weight": "magnitude_of_outputs",
    ".magnitude": "magnitude_of_outputs",
    ".lora_A.bias": "bias",
    ".lora_B.bias": "bias",
    ".lora_down.bias": "bias",
    ".lora_up.bias": "bias",
    ".lora.down.bias": "bias",
    ".lora.up.bias": "bias",
    ".diff_b": "bias",
    ".diff": "norm",
    ".w_norm": "norm",
    ".b_norm": "norm",
    ".set_weight": "norm",
    ".oft_blocks": "oft",
    ".oft_diag": "oft",
    ".oft_R.weight": "oft",
    ".boft_R": "oft",
    ".a1.weight": "glora",
    ".a2.weight": "glora",
    ".b1.weight": "glora",
    ".b2.weight": "glora",
    **{f".{role}": role for role in _PLAIN},
}
_NAMED = re.compile(
    r"(\.lora_[AB]|\.lora_(?:down|up|mid)|\.oft_R)\.([^.]+)(\.weight|\.bias)"
    r"|(\.lora_magnitude_vector|\.(?:hada|lokr)_\w+)\.([^.]+)(?:\.weight)?"
)
"""peft's endings with the name of the adapter in them, such as `.lora_A.my-style.weight`."""
MAGNITUDES: frozenset[Role] = frozenset({"magnitude", "magnitude_of_outputs"})
_TEXT = re.compile(
    r"(base_model\.model\.)?"
    r"(lora_te|te\d?\.|text_encoder|text_model|clip_|conditioner\.|cond_stage_model\.|lycoris_te\d*_"
    r"|lycoris_text_(encoder|model))"
)
"""How the names of a text encoder's layers begin; `text_fusion` is a part of Krea 2's image model."""
_CONDITIONER = re.compile(
    r"((base_model\.model\.)?(model\.)?(diffusion_model\.|transformer\.|net\.)?|lora_unet_|lycoris_)"
    r"(llm_adapter|text_conditioner)[._]"
)
"""How the names of Anima's layers between text encoder and transformer begin, which many LoRAs change."""
_WITH_FACTORS: frozenset[Role] = frozenset({"down", "up", "oft", "glora", *_PLAIN})


def split(name: str) -> tuple[str, Role] | None:
    """The layer of a tensor and what it is there, whatever its adapter is called; None for one of no LoRA."""
    name = _without_name(name)[0]
    found = [ending for ending in _ENDINGS if name.endswith(ending) and len(name) > len(ending)]
    if not found:
        return None
    ending = max(found, key=len)
    return name.removesuffix(ending), _ENDINGS[ending]


def _without_name(name: str) -> tuple[str, str]:
    """A tensor's name without that of its adapter, and the adapter's name; "" if it has none."""
    if any(name.endswith(ending) for ending in _ENDINGS):
        return name, ""
    found = _NAMED.search(name)
    if found is None or found.end() < len(name):
        return name, ""
    kind, adapter, ending, other, named = found.groups()
    plain = f"{kind}{ending}" if kind else other
    return (name[: found.start()] + plain, adapter or named) if plain in _ENDINGS else (name, "")


def refuse_several_adapters(file: str, names: Iterable[str]) -> None:
    """Refuse a file with the tensors of several adapters, by their names: the studio reads one."""
    found: dict[str, dict[str, str]] = {}
    for name in names:
        plain, adapter = _without_name(name)
        found.setdefault(plain, {})[adapter] = name
    adapters = sorted({adapter for tensors in found.values() for adapter in tensors if adapter})
    if len(adapters) > 1:
        raise StudioError(
            f"The file {file} holds several LoRAs ({', '.join(adapters[:4])}): save each one in its own file."
        )
    if twice := [tensors for tensors in found.values() if len(tensors) > 1]:
        raise StudioError(f"The file {file} contains {min(twice[0].values())} twice: save its LoRA again.")


def layers_of(names: Iterable[str]) -> dict[str, set[Role]]:
    """What each layer of a file has; names that are of no LoRA are left out."""
    layers: dict[str, set[Role]] = {}
    for name in names:
        if (found := split(name)) is not None:
            layers.setdefault(found[0], set()).add(found[1])
    return layers


def is_of_text(layer: str) -> bool:
    """Whether a layer of a file belongs to a text encoder."""
    return any(pattern.match(layer) is not None for pattern in (_TEXT, _CONDITIONER))


def holds_lora(names: Iterable[str]) -> bool:
    """Whether any tensor is a factor of a LoRA, of whatever kind."""
    return any(roles & _WITH_FACTORS for roles in layers_of(names).values())


def kind_in_words(roles: Iterable[Role]) -> str:
    """How a LoRA with such tensors is called: "LoRA", "DoRA", "LoHa", "LoKr", "OFT" or "GLoRA"."""
    there = set(roles)
    if there & MAGNITUDES:
        return "DoRA"
    for role, words in (("oft", "OFT"), ("glora", "GLoRA")):
        if role in there:
            return words
    if any(role.startswith("hada_") for role in there):
        return "LoHa"
    return "LoKr" if any(role.startswith("lokr_") for role in there) else "LoRA"
