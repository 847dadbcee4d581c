"""Train the independent judge: a ResNet-18 classifier on renders with other seeds.

It shares no weights, architecture or pictures with the CLIP model, and is used only for evaluation.

    python -m tools.pocket.data.dataset --split judge --pictures 40000 && python -m tools.pocket.train.judge
"""

import numpy as np
import timm
import torch
from torch import nn

from tools.pocket.data.augment import Lessons, blend, prepare
from tools.pocket.data.concepts import CONCEPTS
from tools.pocket.data.dataset import TRAINED_STYLES, load_split
from tools.pocket.scenes.places import PLACES
from tools.pocket.train.clip import cross_entropy, normalise, soft_targets
from tools.pocket.train.training import Run, arguments, load_weights

BATCH = 64
SIZE = 96


class Judge(nn.Module):
    """Logits of concept, style and place of (n, 3, 96, 96) pictures in [0, 1]."""

    def __init__(self) -> None:
        super().__init__()
        self.body = timm.create_model("resnet18", num_classes=0)
        self.concept = nn.Linear(512, len(CONCEPTS))
        self.style = nn.Linear(512, len(TRAINED_STYLES))
        self.place = nn.Linear(512, len(PLACES))

    def forward(self, x: torch.Tensor) -> dict[str, torch.Tensor]:
        seen = self.body(normalise(x))
        return {"concept": self.concept(seen), "style": self.style(seen), "place": self.place(seen)}


def load_judge(work) -> Judge:
    return load_weights(Judge(), work / "judge.pt").eval()


@torch.no_grad()
def judge_pictures(judge: Judge, pictures: np.ndarray) -> dict[str, np.ndarray]:
    """Log-probabilities for uint8 (n, 128, 128, 3) pictures."""
    found: dict[str, list[np.ndarray]] = {"concept": [], "style": [], "place": []}
    for start in range(0, len(pictures), 64):
        x = torch.from_numpy(pictures[start : start + 64]).permute(0, 3, 1, 2).float() / 255
        small = nn.functional.interpolate(x, size=SIZE, mode="bilinear", antialias=True, align_corners=False)
        for name, logits in judge(small).items():
            found[name].append(torch.log_softmax(logits, 1).numpy())
    return {name: np.concatenate(parts) for name, parts in found.items()}


def main() -> None:
    args = arguments(__doc__, 25, "judge")
    pictures, labels = load_split(args.work, "judge")
    lessons = Lessons(labels)
    judge = Judge()
    optimizer = torch.optim.AdamW(judge.parameters(), lr=1e-3, betas=(0.9, 0.99), weight_decay=0.05)
    run = Run(args.work / f"{args.name}.pt", judge, optimizer, args)
    for step in run.steps():
        share = run.clock.share
        rows = lessons.rows(run.rng, BATCH, share)
        targets = soft_targets(labels[rows])
        x = prepare(pictures[rows], run.rng, SIZE, lessons.strength(share))
        if share > 0.3:
            x = blend(x, list(targets.values()), run.rng, 0.25)
        with torch.autocast("cpu", torch.bfloat16):
            logits = judge(x)
        losses = {name: cross_entropy(logits[name].float(), targets[name]) for name in logits}
        weights = lessons.weights(share)
        run.apply(sum(weights[name] * loss for name, loss in losses.items()))
        if step % 100 == 0:
            hit = (logits["concept"].argmax(1) == targets["concept"].argmax(1)).float().mean().item()
            run.report(**{name: value.item() for name, value in losses.items()}, hit=hit)
    left_out, told = load_split(args.work, "pairs")
    seen = judge_pictures(load_judge(args.work), left_out[:2000])
    print("concept top-1 on left-out pairs", np.mean(seen["concept"].argmax(1) == told["first"][:2000]))


if __name__ == "__main__":
    main()
