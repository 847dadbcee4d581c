"""A small folder laid out like DreamBench, pictures for it, and the papers' figures without the studio."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
from PIL import Image

LIST = """Classes

subject_name,class
cat2,cat
vase,vase

Prompts

Object Prompts

prompt_list = [
'a {0} {1} in the jungle'.format(unique_token, class_token),
'a {0} {1} on top of pink fabric'.format(unique_token, class_token),
'a shiny {0} {1}'.format(unique_token, class_token)
]

Live Subject Prompts

prompt_list = [
'a {0} {1} in the jungle'.format(unique_token, class_token),
'a {0} {1} wearing a red hat'.format(unique_token, class_token)
]
"""
PROMPTS = {
    "cat2": ("a cat in the jungle", "a cat wearing a red hat"),
    "vase": ("a vase in the jungle", "a vase on top of pink fabric", "a shiny vase"),
}
Encode = Callable[[Image.Image], np.ndarray]


def soft_picture(seed: int) -> Image.Image:
    pixels = np.random.default_rng(seed).integers(0, 256, (6, 6, 3), dtype=np.uint8)
    return Image.fromarray(pixels).resize((72, 60), Image.Resampling.BICUBIC)


def make_dreambench(folder: Path) -> Path:
    """Two subjects with three reference pictures each."""
    for number, name in enumerate(PROMPTS):
        (folder / "dataset" / name).mkdir(parents=True)
        for place in range(3):
            soft_picture(10 * number + place).save(folder / "dataset" / name / f"0{place}.jpg")
    (folder / "dataset" / "prompts_and_classes.txt").write_text(LIST)
    return folder


def make_pictures(folder: Path) -> Path:
    """One generated picture for each prompt, named by it."""
    for number, (name, prompts) in enumerate(PROMPTS.items()):
        (folder / name).mkdir(parents=True)
        for place, prompt in enumerate(prompts):
            soft_picture(100 + 10 * number + place).save(folder / name / f"{prompt}.png")
    return folder


def published(
    generated: Path,
    references: dict[str, list[Path]],
    clip: Encode,
    text: Callable[[str], np.ndarray],
    dino: Encode,
) -> dict[str, float]:
    """The three figures, written after the published description and without the studio's code.

    The mean of all cosines of a subject's pictures and references; the mean of that over subjects.
    """

    def unit(row: np.ndarray) -> np.ndarray:
        return row / np.sqrt((row**2).sum())

    means: dict[str, list[float]] = {"dino": [], "clip_i": [], "clip_t": []}
    for subject, paths in references.items():
        drawn = sorted((generated / subject).iterdir())
        opened = [Image.open(path).convert("RGB") for path in drawn]
        shown = [Image.open(path).convert("RGB") for path in paths]
        for name, encode in (("dino", dino), ("clip_i", clip)):
            cosines = [unit(encode(x)) @ unit(encode(y)) for x in opened for y in shown]
            means[name].append(float(np.mean(cosines)))
        aligned = [unit(clip(x)) @ unit(text(path.stem)) for x, path in zip(opened, drawn, strict=True)]
        means["clip_t"].append(float(np.mean(aligned)))
    return {name: float(np.mean(values)) for name, values in means.items()}
