"""One component of a model, made from its configuration, without the weights in its files."""

from typing import Any

import torch

from gal_studio.core.errors import StudioError, first_line
from gal_studio.engine.families.description import Description


def empty_part(description: Description, part: str) -> Any:
    """A component on the default device; None for schedulers, tokenizers and what is switched off."""
    import diffusers
    import transformers

    listed = description.index[part]
    if not isinstance(listed, list) or len(listed) != 2:
        return None
    library, kind = listed
    configuration = dict(description.components.get(part, {}))
    found = getattr(diffusers if library == "diffusers" else transformers, str(kind), None)
    try:
        if library == "diffusers" and isinstance(found, type) and issubclass(found, torch.nn.Module):
            return found.from_config(configuration)  # type: ignore[attr-defined]
        if library == "transformers" and isinstance(found, type) and issubclass(found, torch.nn.Module):
            return found(found.config_class.from_dict(configuration))  # type: ignore[attr-defined]
    except Exception as error:  # the libraries raise many types for a wrong configuration
        raise StudioError(
            f"The size of {description.name} cannot be told: its {part} is described wrongly "
            f"({first_line(error)})."
        ) from error
    return None
