"""A denoiser compiled by torch within a context."""

from collections.abc import Iterator
from contextlib import contextmanager

from gal_studio.core.errors import StudioError, first_line
from gal_studio.engine.models.image_model import ImageModel


@contextmanager
def compiled(model: ImageModel) -> Iterator[None]:
    """Compile the denoiser if the settings say so; its next call compiles it, which takes minutes."""
    if not model.machine.compile or model.machine.swapping:  # weights come and go
        yield
        return
    from torch._dynamo.exc import BackendCompilerFailed, TorchDynamoException
    from torch._inductor.exc import InductorError

    model.denoiser.compile()
    try:
        yield
    except (BackendCompilerFailed, TorchDynamoException, InductorError) as error:
        raise StudioError(
            f"The model cannot be compiled on this machine ({first_line(error)}): "
            "set “Compile the model” to off."
        ) from error
    finally:
        model.denoiser._compiled_call_impl = None
