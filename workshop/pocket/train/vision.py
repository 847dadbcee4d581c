"""Tune the image tower of the pocket CLIP so that its patch features have local detail (Eq. P3).

A third of the pictures is paired with a redrawn version (`workshop.pocket.train.redraw`), aligned pixel by
pixel, so that the features become robust to the softness of generated pictures.

    python -m workshop.pocket.train.vision --steps 1800 --out FOLDER
"""

import argparse
from pathlib import Path

import numpy as np
import torch
from PIL import Image

from gal_studio.assets import load_preset, resolve_model
from gal_studio.engine.patches.calibration import measure_limits
from gal_studio.engine.patches.loading import load_vision
from gal_studio.engine.training.checkpoints import Checkpoint
from gal_studio.state.files.content_store import writing_beside
from workshop.pocket.data.dataset import NONE, WORK, load_split
from workshop.pocket.train.assemble import ASSETS
from workshop.pocket.train.towers import Pictures, TowerSettings, localization_accuracy, tune_tower
from workshop.pocket.train.tuned import save_tower, tuned_weights

REDRAWN = 0.34
MIXTURE = (0.25, 0.5, 0.25)  # shares of the maps at strides 4, 8 and 16
MEASURED_ON = 400


class Source:
    """Pairs of training renders: a picture with itself, or with its redrawn version."""

    def __init__(self, work: Path) -> None:
        self.renders, labels = load_split(work, "train", limit=16000)
        self.plain = np.flatnonzero(labels["second"] == NONE)
        shards = [np.load(path) for path in sorted(work.glob("generated-*.npz"))]
        shards += [np.load(path) for path in sorted(work.glob("reconstructed-*.npz"))]
        rows = np.concatenate([shard["rows"] for shard in shards])
        kept = rows < len(self.renders)
        self.rows = rows[kept]
        self.redrawn = np.concatenate([shard["pictures"] for shard in shards])[kept]

    def __call__(self, count: int, rng: np.random.Generator) -> tuple[Pictures, Pictures]:
        """Two versions of `count` pictures."""
        first = self.renders[rng.choice(self.plain, count)]
        second = first.copy()
        changed = np.flatnonzero(rng.random(count) < REDRAWN)
        chosen = rng.integers(len(self.rows), size=len(changed))
        first[changed], second[changed] = self.renders[self.rows[chosen]], self.redrawn[chosen]
        return first, second


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--work", type=Path, default=WORK)
    parser.add_argument("--out", type=Path, default=ASSETS / "pocket" / "vision")
    parser.add_argument("--clip", default=load_preset("pocket").clip_model)
    parser.add_argument("--start-from", default="clip", help="clip, or a tuned tower to continue from")
    parser.add_argument("--steps", type=int, default=1800)
    parser.add_argument("--blocks", type=int, default=2)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--seed", type=int, default=0)
    args = parser.parse_args()
    torch.set_num_threads(args.threads)
    tower = load_vision(resolve_model(args.start_from), resolve_model(args.clip))
    tower.mixture = MIXTURE
    unseen, labels = load_split(args.work, "unseen")
    unseen = unseen[(labels["second"] == NONE)][:MEASURED_ON]
    print("own place before", localization_accuracy(tower, unseen, np.random.default_rng(1)), flush=True)
    kept = args.work / "vision-checkpoint.safetensors"
    settings = TowerSettings(steps=args.steps, blocks=args.blocks)
    resume = kept if kept.exists() else None
    source = Source(args.work)

    def keep(state: Checkpoint) -> None:
        with writing_beside(kept, args.work) as path:
            state.save(path)

    events = tune_tower(tower, source, settings, args.seed, resume, keep)
    for event in events:
        if event.step % 50 == 0:
            print(f"step {event.step}  loss {event.loss:.3f}  found {event.found:.3f}", flush=True)
    print("own place after", localization_accuracy(tower, unseen, np.random.default_rng(1)), flush=True)
    pictures = [Image.fromarray(picture) for picture in unseen]
    half = len(pictures) // 2
    tower.limits = measure_limits(tower, pictures[:half], pictures[half:], np.random.default_rng(2))
    print("limits", tower.limits)
    save_tower(tower, args.out, "clip:local-dir:../clip", tuned_weights(tower, args.blocks))
    kept.unlink(missing_ok=True)


if __name__ == "__main__":
    main()
