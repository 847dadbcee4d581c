"""sd-scripts: the network that it makes of a LoRA's file for Anima, merged into a model."""

from typing import Any

from safetensors.torch import load_file

from tools.interop.files import Changes, Exported, tree


def read(made: Exported) -> Changes:
    """What it adds to each layer, by the original names."""
    if made.family != "anima":
        raise ValueError("of its families, Anima alone was tried")
    from networks import lora_anima  # type: ignore[import-not-found]

    model: Any = tree(made.original)
    tensors = load_file(made.file)
    net, _ = lora_anima.create_network_from_weights(
        1.0, None, None, [], model, weights_sd=tensors, for_inference=True
    )
    net.merge_to([], model, tensors, None, "cpu")
    weights = dict(model.named_parameters())
    found = {layer: weights[f"{layer}.weight"] for layer in made.original}
    return {layer: weight for layer, weight in found.items() if weight.abs().sum() > 0}
