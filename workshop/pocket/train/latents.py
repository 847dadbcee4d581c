"""Encode the training pictures with the trained autoencoder, shard by shard; finished shards are skipped.

    python -m workshop.pocket.train.latents [--split clear]

Each shard `train-007.npz` gets a `latents-007.npy` with the posterior means, float16 (n, channels, 16,
16); of `clear-007.npz` it is called `clear-latents-007.npy`. `latents.json` has the scaling factor for
unit standard deviation, measured on the first shard.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import torch
from diffusers import AutoencoderKL

from workshop.pocket.data.dataset import WORK
from workshop.pocket.train.autoencoder import encode_all
from workshop.pocket.train.decoder import load_finished


def finished(folder: Path, kind: str, ending: str) -> list[Path]:
    return sorted(path for path in folder.glob(f"{kind}-*.{ending}") if ".part" not in path.name)


def name_of(split: str) -> str:
    return "latents" if split == "train" else f"{split}-latents"


def write_latents(model: AutoencoderKL, folder: Path, split: str = "train") -> Iterator[Path]:
    """Encode every shard that has no latents yet; those of `train` first, which give the scale."""
    if split != "train" and not (folder / "latents.json").exists():
        raise SystemExit("latents.json is missing: encode the training pictures first, with --split train")
    for shard in finished(folder, split, "npz"):
        target = folder / f"{name_of(split)}-{shard.stem.split('-')[-1]}.npy"
        if not target.exists():
            latents = encode_all(model, np.load(shard)["pictures"]).numpy()
            if not (folder / "latents.json").exists():
                write_scale(folder, latents)
            part = target.with_suffix(".part.npy")
            np.save(part, latents)
            part.rename(target)
        yield target


def write_scale(folder: Path, latents: np.ndarray) -> None:
    scale = 1 / float(latents.astype(np.float32).std())
    (folder / "latents.json").write_text(json.dumps({"scaling_factor": scale}) + "\n")


def read_scale(folder: Path) -> float:
    return float(json.loads((folder / "latents.json").read_text())["scaling_factor"])


def load_latents(folder: Path, split: str = "train") -> tuple[np.ndarray, np.ndarray]:
    """Latents float16 (n, channels, 16, 16) and labels of all encoded shards."""
    files = finished(folder, name_of(split), "npy")
    if not files:
        raise SystemExit(
            f"no latents in {folder}: run python -m workshop.pocket.train.latents --split {split}"
        )
    shards = [folder / f"{split}-{path.stem.split('-')[-1]}.npz" for path in files]
    latents = np.concatenate([np.load(path) for path in files])
    return latents, np.concatenate([np.load(shard)["labels"] for shard in shards])


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--work", type=Path, default=WORK)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--split", choices=("train", "clear"), default="train")
    args = parser.parse_args()
    torch.set_num_threads(args.threads)
    model = load_finished(args.work)
    for path in write_latents(model, args.work, args.split):
        print(path, flush=True)
    print("scaling factor", read_scale(args.work))


if __name__ == "__main__":
    main()
