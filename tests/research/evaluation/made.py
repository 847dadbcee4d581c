"""A small folder laid out like DreamBench, pictures for it, and the papers' figures without the studio."""

import json
from collections.abc import Callable, Mapping
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw

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
Box = tuple[int, int, int, int]  # left, top, right, bottom
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


COMBINATION_PROMPTS = ("photo of the cat and vase.", "a cat beside a vase in the snow")


def draw_subject(canvas: Image.Image, kind: str, box: Box) -> None:
    """A striped red disc (cat) or a dark blue box with pale dots (vase), inside `box`."""
    left, top, right, bottom = box
    size = right - left, bottom - top
    part, shape = Image.new("RGB", size), Image.new("L", size)
    pen = ImageDraw.Draw(part)
    if kind == "cat":
        pen.rectangle((0, 0, *size), fill=(210, 40, 30))
        for x in range(0, size[0], 12):
            pen.rectangle((x, 0, x + 4, size[1]), fill=(250, 190, 60))
        ImageDraw.Draw(shape).ellipse((0, 0, size[0] - 1, size[1] - 1), fill=255)
    else:
        pen.rectangle((0, 0, *size), fill=(20, 40, 120))
        for x in range(6, size[0], 16):
            for y in range(6, size[1], 16):
                pen.ellipse((x, y, x + 6, y + 6), fill=(150, 230, 210))
        ImageDraw.Draw(shape).rectangle((0, 0, *size), fill=255)
    canvas.paste(part, (left, top), shape)


def composite(places: Mapping[str, Box]) -> Image.Image:
    """A picture with drawn subjects at known places, on a pale ground."""
    canvas = Image.new("RGB", (160, 160), (236, 232, 224))
    for kind, box in places.items():
        draw_subject(canvas, kind, box)
    return canvas


LEFT_RIGHT = {"cat": (8, 48, 72, 112), "vase": (88, 40, 152, 120)}
RIGHT_LEFT = {"vase": (8, 40, 72, 120), "cat": (88, 48, 152, 112)}


def make_combination(folder: Path) -> Path:
    """A list of one combination of two drawn subjects, with three reference pictures of each."""
    for kind in ("cat", "vase"):
        (folder / "data" / kind).mkdir(parents=True)
        for number in range(3):
            box = (30 - 5 * number, 30, 130 - 5 * number, 130 + 5 * number)
            composite({kind: box}).save(folder / "data" / kind / f"0{number}.png")
    (folder / "prompts").mkdir()
    prompts = "photo of the {0} and {1}. \n\na {0} beside a {1} in the snow\n"
    (folder / "prompts" / "both.txt").write_text(prompts)
    subjects = [{"class_prompt": kind, "instance_data_dir": f"./data/{kind}"} for kind in ("cat", "vase")]
    listed = [[*subjects, {"prompt_filename_compose": "prompts/both.txt"}]]
    (folder / "combinations.json").write_text(json.dumps(listed))
    return folder / "combinations.json"


def make_composites(folder: Path) -> Path:
    """A picture for each prompt of the combination: the subjects side by side, both ways round."""
    (folder / "cat+vase").mkdir(parents=True)
    for prompt, places in zip(COMBINATION_PROMPTS, (LEFT_RIGHT, RIGHT_LEFT), strict=True):
        composite(places).save(folder / "cat+vase" / f"{prompt}.png")
    return folder
