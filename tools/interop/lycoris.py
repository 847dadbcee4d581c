"""LyCORIS (the package lycoris-lora): its modules for a file's tensors, and what they add to a weight."""

import torch

from tools.interop.files import Changes, Exported


def read(made: Exported) -> Changes:
    """What it adds to each layer, by diffusers' names."""
    from lycoris import create_lycoris_from_weights  # type: ignore[import-not-found]

    network, _ = create_lycoris_from_weights(1.0, str(made.file), made.zeros(is_original=False))
    known = {name.replace(".", "_"): name for name in made.changes}
    found = {known[one.lora_name.removeprefix("lycoris_")]: one for one in network.loras}
    return {name: torch.as_tensor(one.get_weight(made.changes[name].shape)) for name, one in found.items()}
