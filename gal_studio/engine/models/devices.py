"""Which device, and which precision for what: held weights, drawing, training."""

import torch


def choose_device(wanted: str | torch.device | None = None) -> torch.device:
    """The wanted device, or the best one there is: CUDA, Apple's, or the CPU."""
    if wanted is not None:
        return torch.device(wanted)
    if torch.cuda.is_available():
        return torch.device("cuda")
    return torch.device("mps" if torch.backends.mps.is_available() else "cpu")


def has_fast_bfloat16(device: torch.device) -> bool:
    """Whether bfloat16 products have instructions of their own; emulated, they are slower than float32."""
    if device.type == "cuda":
        return torch.cuda.is_bf16_supported(including_emulation=False)
    if device.type == "cpu":
        capabilities = torch.cpu.get_capabilities()
        return any(capabilities.get(name) for name in ("avx512_bf16", "amx_bf16", "bf16"))
    return False


def holding_precision(device: torch.device) -> torch.dtype:
    """How base weights are held: half precision on a GPU, float32 elsewhere."""
    if device.type == "cuda":
        return torch.bfloat16 if has_fast_bfloat16(device) else torch.float16
    return torch.float32


def drawing_precision(device: torch.device) -> torch.dtype:
    """In which precision pictures are drawn; see docs/performance.md for the measured ratio."""
    if device.type == "cpu":
        return torch.bfloat16 if has_fast_bfloat16(device) else torch.float32
    return holding_precision(device)


def training_precision(device: torch.device) -> torch.dtype:
    """In which precision the training's products are computed; its trained weights are float32 always."""
    return torch.bfloat16 if has_fast_bfloat16(device) else torch.float32


def device_name(device: torch.device) -> str:
    """What a bug report says of a device: its kind, and a card's name."""
    if device.type == "cuda":
        return f"{device}, {torch.cuda.get_device_name(device)}"
    return f"{device}, threads: {torch.get_num_threads()}" if device.type == "cpu" else str(device)
