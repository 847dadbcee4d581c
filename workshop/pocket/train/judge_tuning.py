"""Tune the later blocks of the independent judge's network on its renders.

The linear classifiers of `workshop.pocket.train.judge` name 0.66 of the left-out pairs, the tuned network
0.83. The body of `judge.pt` stays what ImageNet taught, since likeness is measured with its stages.

    python -m workshop.pocket.train.judge_tuning --minutes 25
"""

from pathlib import Path

import numpy as np
import timm
import torch

from workshop.pocket.data.augment import blend, prepare
from workshop.pocket.data.dataset import TRAINED_STYLES, load_split
from workshop.pocket.train.clip import cross_entropy, soft_targets
from workshop.pocket.train.judge import BODY, Judge, judge_pictures, load_judge
from workshop.pocket.train.training import Run, arguments, load_weights

NAME = "judge-tuned"
FROZEN = 3  # the first blocks, at strides 2 to 8: most of the cost, and the least to learn
BATCH, RATE, HEAD_RATE, DECAY = 48, 6e-4, 1e-3, 0.02
WEIGHTS = {"concept": 1.0, "style": 0.3, "place": 0.2}
MIXED = 0.3  # the share of pictures that are cross-faded with another


def free_weights(judge: Judge) -> list[dict[str, object]]:
    """Unfreeze the later blocks; parameter groups of body and heads."""
    later = [*judge.body.blocks[FROZEN:], judge.body.conv_head, judge.body.bn2]
    body = [weight for part in later for weight in part.requires_grad_(True).train().parameters()]
    return [{"params": body, "lr": RATE}, {"params": list(judge.heads.parameters()), "lr": HEAD_RATE}]


def load_tuned(work: Path) -> Judge:
    """The tuned judge of this folder; the linear one, if it was not tuned."""
    if not (work / f"{NAME}.pt").exists():
        return load_judge(work)
    return load_weights(Judge(timm.create_model(BODY)), work / f"{NAME}.pt").eval()


def loss_of(
    judge: Judge, pictures: np.ndarray, targets: dict[str, torch.Tensor], rng: np.random.Generator
) -> torch.Tensor:
    """The weighted cross-entropy of augmented uint8 pictures (n, 128, 128, 3)."""
    x = blend(prepare(pictures, rng, pictures.shape[1]), list(targets.values()), rng, MIXED)
    told = judge(x.contiguous(memory_format=torch.channels_last))
    return sum(weight * cross_entropy(told[name], targets[name]) for name, weight in WEIGHTS.items())


def main() -> None:
    args = arguments(__doc__, 25, NAME)
    judge = load_judge(args.work)
    judge.body = judge.body.to(memory_format=torch.channels_last)
    run = Run(
        args.work / f"{args.name}.pt", judge, torch.optim.AdamW(free_weights(judge), weight_decay=DECAY), args
    )
    pictures, labels = load_split(args.work, "judge")
    targets = soft_targets(labels)
    for step in run.steps():
        rows = run.rng.integers(len(pictures), size=BATCH)
        loss = loss_of(judge, pictures[rows], {name: each[rows] for name, each in targets.items()}, run.rng)
        run.apply(loss)
        if step % 50 == 0:
            run.report(loss=loss.item(), samples=BATCH * step)
    report(args.work)


def report(work: Path) -> None:
    """Print how often the tuned judge names the left-out pairs."""
    left_out, told = (part[:2000] for part in load_split(work, "pairs"))
    seen = judge_pictures(load_tuned(work), left_out)
    styles = np.array([TRAINED_STYLES.index(style) for style in told["style"]])
    print("concept top-1 on left-out pairs", np.mean(seen["concept"].argmax(1) == told["first"]))
    print("style top-1 on left-out pairs", np.mean(seen["style"].argmax(1) == styles))


if __name__ == "__main__":
    main()
