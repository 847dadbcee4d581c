"""Begin a folder of trainings from the shipped weights, when the checkpoints that made them are gone.

    python -m workshop.pocket.train.restore --work FOLDER

It writes what the other commands read: the tokenizer, the autoencoder with its scaling factor, and the mean
weights of U-Net and CLIP model as `shipped-unet.pt` and `shipped-clip.pt` (the classifiers beside the CLIP
model begin anew). Files that are there already stay as they are.
"""

import argparse
import json
from pathlib import Path

import torch
from diffusers import AutoencoderKL
from safetensors.torch import load_file
from transformers import CLIPTokenizer

from workshop.pocket.data.dataset import WORK
from workshop.pocket.train.assemble import ASSETS
from workshop.pocket.train.clip import ClipTask

SHIPPED = ASSETS / "pocket"
UNET, CLIP = "shipped-unet", "shipped-clip"


def restore(work: Path, shipped: Path = SHIPPED) -> None:
    """Write the missing files of a folder of trainings."""
    work.mkdir(parents=True, exist_ok=True)
    if not (work / "tokenizer").exists():
        CLIPTokenizer.from_pretrained(shipped / "pipeline" / "tokenizer").save_pretrained(work / "tokenizer")
    vae = AutoencoderKL.from_pretrained(shipped / "pipeline" / "vae", torch_dtype=torch.float32)
    _keep(work / "autoencoder.pt", vae.state_dict())
    scale = work / "latents.json"
    if not scale.exists():
        scale.write_text(json.dumps({"scaling_factor": vae.config.scaling_factor}) + "\n")
    _keep(
        work / f"{UNET}.pt", load_file(shipped / "pipeline" / "unet" / "diffusion_pytorch_model.safetensors")
    )
    _keep(work / f"{CLIP}.pt", clip_task(work, shipped / "clip" / "open_clip_model.safetensors").state_dict())


def clip_task(work: Path, weights: Path) -> ClipTask:
    """The CLIP model with these weights, and new classifiers."""
    task = ClipTask(len(CLIPTokenizer.from_pretrained(work / "tokenizer")))
    task.clip.load_state_dict(load_file(weights))
    return task


def _keep(path: Path, weights: dict[str, torch.Tensor]) -> None:
    if not path.exists():
        whole = {
            name: value.float() if value.is_floating_point() else value for name, value in weights.items()
        }
        torch.save({"mean": whole}, path)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--work", type=Path, default=WORK)
    restore(parser.parse_args().work)


if __name__ == "__main__":
    main()
