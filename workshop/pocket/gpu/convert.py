"""Convert the state of a GPU training to a checkpoint or a diffusers folder, and back.

    python -m workshop.pocket.gpu.convert --state state --checkpoint WORK/denoiser.pt
    python -m workshop.pocket.gpu.convert --state state --folder vae  (an autoencoder for `stretch --vae`)
    python -m workshop.pocket.gpu.convert --checkpoint denoiser.pt --part denoiser --state state --begin

The last command makes a state from the averaged weights of a checkpoint.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import torch

from workshop.pocket.gpu.parts import load_parts, save_parts
from workshop.pocket.train import autoencoder


def mean_of(state: Path) -> dict[str, torch.Tensor]:
    """The averaged weights of a state, float32."""
    tensors, _ = load_parts(state.glob("state-*.part"))
    return {name.removeprefix("mean."): value for name, value in tensors.items() if name.startswith("mean.")}


def write_checkpoint(state: Path, target: Path) -> None:
    """Write a checkpoint that `load_weights` reads."""
    torch.save({"mean": mean_of(state)}, target)


def write_folder(state: Path, target: Path, scale: float) -> None:
    """Write the autoencoder as a diffusers folder with its scaling factor."""
    model = autoencoder.build_like(mean_of(state))
    model.register_to_config(scaling_factor=scale)
    model.save_pretrained(target)


def begin_state(checkpoint: Path, part: str, state: Path) -> None:
    """Write a state at step 0 with the averaged weights of a checkpoint and no optimizer state."""
    mean = torch.load(checkpoint, map_location="cpu", weights_only=False)["mean"]
    facts = {"part": part, "step": 0, "samples": 0, "number": 0}
    save_parts(state, {f"mean.{name}": value for name, value in mean.items()}, facts)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--state", type=Path, required=True)
    parser.add_argument("--checkpoint", type=Path)
    parser.add_argument("--folder", type=Path)
    parser.add_argument("--scale", type=float, default=1.0, help="the scaling factor of `latents.json`")
    parser.add_argument("--part", choices=("autoencoder", "denoiser"), default="denoiser")
    parser.add_argument("--begin", action="store_true")
    args = parser.parse_args()
    if args.begin:
        begin_state(args.checkpoint, args.part, args.state)
    elif args.folder is not None:
        write_folder(args.state, args.folder, args.scale)
    else:
        write_checkpoint(args.state, args.checkpoint)


if __name__ == "__main__":
    main()
