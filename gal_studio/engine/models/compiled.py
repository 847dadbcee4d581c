"""A denoiser compiled by torch within a context."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from gal_studio.core.errors import StudioError, first_line
from gal_studio.engine.models.image_model import ImageModel
from gal_studio.engine.models.swapping import swapped_blocks


@contextmanager
def compiled(model: ImageModel) -> Iterator[None]:
    """Compile the denoiser if the settings say so, at its next call.

    Of a transformer that is its blocks, whose code is compiled once for all; of any other the whole.
    """
    if not model.machine.compile or model.machine.swapping:  # weights come and go
        yield
        return
    from torch._dynamo.exc import BackendCompilerFailed, TorchDynamoException
    from torch._inductor.exc import InductorError

    parts = _compiled_parts(model.denoiser)
    for part in parts:
        part.compile()
    try:
        yield
    except (BackendCompilerFailed, TorchDynamoException, InductorError) as error:
        raise StudioError(
            f"The model cannot be compiled on this machine ({first_line(error)}): "
            "set “Compile the model” to off."
        ) from error
    finally:
        for part in parts:
            part._compiled_call_impl = None


def _compiled_parts(denoiser: Any) -> list[Any]:
    """The blocks that diffusers names as repeated; others have much beside them."""
    repeated = getattr(denoiser, "_repeated_blocks", None) or ()
    blocks = [module for module in denoiser.modules() if type(module).__name__ in repeated]
    return blocks if blocks and swapped_blocks(denoiser) else [denoiser]
