"""Which worker a command starts: the workspace's own, or one beside it, such as one for each GPU."""

import os
import re

from gal_studio.core.errors import StudioError

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9-]{0,31}")


def name_of_worker(beside: str | None, gpu: int | None) -> str:
    """The name of a worker beside others, empty for the workspace's own; it is given its GPU."""
    if beside is not None and not _NAME.fullmatch(beside):
        raise StudioError(
            f"The worker's name is {beside!r}: choose up to 32 letters, digits and hyphens, such as second."
        )
    if gpu is not None:
        _take_gpu(gpu)
    return beside or ("" if gpu is None else f"gpu-{gpu}")


def _take_gpu(number: int) -> None:
    """Let this process see one GPU alone, before torch looks for them."""
    os.environ["CUDA_DEVICE_ORDER"] = "PCI_BUS_ID"
    os.environ["CUDA_VISIBLE_DEVICES"] = str(number)
    import torch

    if not torch.cuda.is_available():
        raise StudioError(f"This machine has no GPU {number} that torch can use: `nvidia-smi -L` lists them.")
