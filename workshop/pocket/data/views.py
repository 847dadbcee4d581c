"""Several pictures of one design, for the image adapter: in other places, styles, sizes and poses.

    python -m workshop.pocket.data.views --shards 12

A subject is a design in one rotation of its hues, so that its colours are known from its pictures alone.
Three of four are designs of the concepts that the denoiser knows, the others any of the icons. Each shard
`views-007.npz` has the pictures' latents (n, 16, 16, 16) and tokens (n, 64, 512), float16, and what is needed
to write captions. Finished shards are skipped. `held-views.npz` shows designs that are only measured on.
"""

import argparse
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import cv2
import numpy as np
import torch
from diffusers import AutoencoderKL

from gal_studio.assets import resolve_model
from gal_studio.engine.patches.loading import load_vision
from gal_studio.engine.patches.tower import PatchTower
from gal_studio.engine.patches.tower_encoder import patch_tokens
from workshop.pocket.data import art
from workshop.pocket.data.captions import CLEAN_WORDS, caption
from workshop.pocket.data.concepts import CLEAR_RATES, CONCEPTS, HELD_OUT_DESIGNS, Concept
from workshop.pocket.data.dataset import LIVELY, NONE, PALE, TRAINED_STYLES, WORK, Plan, designs_of, render
from workshop.pocket.data.icons import Design, fetch
from workshop.pocket.scenes.places import PLACES
from workshop.pocket.scenes.styles import STYLES

SUBJECTS, VIEWS = 250, 4
OTHER = 0.25  # share of subjects that are any icons
PLACED, STYLED, TURNED = 0.5, 0.4, 0.6  # shares in places, in styles, and of subjects in hues of their own
TRIGGERS = 0.6  # share of captions with a trigger word
BATCH = 50
VISION = "assets:pocket/vision"
PIPELINE = Path(__file__).parents[3] / "assets" / "pocket" / "pipeline"
VIEW = np.dtype([("subject", "i4"), ("style", "i2"), ("place", "i2"), ("ground", "i2")])


@dataclass(frozen=True)
class Encoders:
    """The shipped autoencoder, and the vision tower whose tokens an adapter reads."""

    autoencoder: AutoencoderKL
    tower: PatchTower

    @classmethod
    def load(cls) -> "Encoders":
        autoencoder = AutoencoderKL.from_pretrained(PIPELINE / "vae", dtype=torch.float32).eval()
        return cls(autoencoder, load_vision(resolve_model(VISION), "", "cpu"))

    @torch.inference_mode()
    def latents(self, pictures: np.ndarray) -> np.ndarray:
        """Scaled latents of uint8 pictures, float16 (n, 16, 16, 16)."""
        scale = self.autoencoder.config.scaling_factor
        found = [
            self.autoencoder.encode(to_unit(part) * 2 - 1).latent_dist.mode() * scale
            for part in cut(pictures)
        ]
        return torch.cat(found).half().numpy()

    @torch.inference_mode()
    def tokens(self, pictures: np.ndarray) -> np.ndarray:
        """Tokens of uint8 pictures, float16 (n, 64, 512)."""
        return torch.cat([self.tokens_of(to_unit(part)) for part in cut(pictures)]).half().numpy()

    @torch.inference_mode()
    def tokens_of(self, pixels: torch.Tensor) -> torch.Tensor:
        """Tokens of pixels in [0, 1]."""
        mean, std = (
            torch.tensor(each).view(1, 3, 1, 1) for each in (self.tower.network.mean, self.tower.network.std)
        )
        return patch_tokens(self.tower, (pixels - mean) / std)

    @torch.inference_mode()
    def absent(self) -> torch.Tensor:
        """The tokens of no picture, (64, 512): those of zeros, as diffusers has it."""
        side = self.tower.network.side
        return patch_tokens(self.tower, torch.zeros(1, 3, side, side))[0]


def to_unit(pictures: np.ndarray) -> torch.Tensor:
    """uint8 (n, h, w, 3) to float (n, 3, h, w) in [0, 1]."""
    return torch.from_numpy(np.ascontiguousarray(pictures)).permute(0, 3, 1, 2).float() / 255


def cut(pictures: np.ndarray) -> list[np.ndarray]:
    return [pictures[first : first + BATCH] for first in range(0, len(pictures), BATCH)]


@dataclass(frozen=True)
class Subject:
    """A design in one rotation of its hues, and what captions call it."""

    design: Design
    concept: Concept
    hue: float


@cache
def known_designs(icons: Path) -> dict[str, list[Design]]:
    """The designs of each concept that the denoiser knows, but for the held-out ones."""
    found: dict[str, list[Design]] = {concept.name: [] for concept in CONCEPTS if concept.in_denoiser}
    for design in designs_of(icons):
        key = design.concept, design.codepoint, design.pack
        if design.concept in found and key not in HELD_OUT_DESIGNS:
            found[design.concept].append(design)
    return {name: designs for name, designs in found.items() if designs}


@cache
def other_icons(icons: Path) -> list[tuple[str, str, str]]:
    return list(art.general_icons(icons))


def draw_subject(icons: Path, rng: np.random.Generator) -> Subject:
    hue = float(rng.uniform(-180, 180)) if rng.random() < TURNED else 0.0
    if rng.random() < OTHER:
        return Subject(*_any_icon(icons, rng), hue)
    pool = known_designs(icons)
    rates = np.array(
        [min(CLEAR_RATES.get(name, 1.0), 3.0) * len(found) ** 0.5 for name, found in pool.items()]
    )
    name = str(rng.choice(list(pool), p=rates / rates.sum()))
    concept = next(each for each in CONCEPTS if each.name == name)
    return Subject(pool[name][int(rng.integers(len(pool[name])))], concept, hue)


def _any_icon(icons: Path, rng: np.random.Generator) -> tuple[Design, Concept]:
    every = other_icons(icons)
    while True:
        pack, name, svg = every[int(rng.integers(len(every)))]
        drawn = art.rasterise(svg, 128, 4)
        if drawn is not None:
            words = name.replace("-", " ")
            article = "an" if words[0] in "aeiou" else "a"
            return Design(name, "", pack, drawn), Concept(words, f"{article} {words}", (), ())


def draw_view(rng: np.random.Generator) -> tuple[int, int, int]:
    """A style, a place and a ground."""
    place = int(rng.integers(len(PLACES))) if rng.random() < PLACED else NONE
    style = int(rng.choice(TRAINED_STYLES)) if rng.random() < STYLED else NONE
    return style, place, LIVELY if rng.random() < 0.4 else PALE


def held_out(icons: Path) -> list[Subject]:
    """The designs that no training saw, and those of the concepts that the denoiser does not know."""
    concepts = {concept.name: concept for concept in CONCEPTS}
    return [
        Subject(design, concepts[design.concept], 0.0)
        for design in designs_of(icons)
        if (design.concept, design.codepoint, design.pack) in HELD_OUT_DESIGNS
        or (not concepts[design.concept].in_denoiser and design.pack == "noto")
    ]


def write_shard(target: Path, encoders: Encoders, subjects: list[Subject], rng: np.random.Generator) -> None:
    views, pictures = [], []
    for number, subject in enumerate(subjects):
        for _ in range(VIEWS):
            style, place, ground = draw_view(rng)
            views.append((number, style, place, ground))
            pictures.append(render(Plan((0,), style, place, ground, subject.hue), [subject.design], rng))
    drawn = np.stack(pictures)
    part = target.with_suffix(".part.npz")
    np.savez(
        part,
        views=np.array(views, VIEW),
        words=np.array([[each.concept.name, each.concept.phrase] for each in subjects]),
        pictures=drawn,
        latents=encoders.latents(drawn),
        tokens=encoders.tokens(drawn),
    )
    part.rename(target)


def caption_of(view: np.void, concept: Concept, rng: np.random.Generator) -> str:
    """A random caption of a view."""
    style = STYLES[view["style"]] if view["style"] != NONE else None
    place, place_words = None, ()
    if view["place"] != NONE:
        place, place_words = PLACES[view["place"]].name, PLACES[view["place"]].words
    elif style is None and view["ground"] == PALE and rng.random() < 0.45:
        place, place_words = "clean", CLEAN_WORDS
    trigger = bool(rng.random() < TRIGGERS)
    words = style.words if style else ()
    return caption(rng, [concept], style.name if style else None, words, place, place_words, trigger)


def finished(work: Path) -> Sequence[Path]:
    return sorted(path for path in work.glob("views-*.npz") if ".part" not in path.name)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--shards", type=int, default=12)
    parser.add_argument("--icons", type=Path, default=WORK / "icons")
    parser.add_argument("--work", type=Path, default=WORK)
    args = parser.parse_args()
    cv2.setNumThreads(1)
    torch.set_num_threads(1)
    fetch(args.icons)
    art.fetch(args.icons)
    args.work.mkdir(parents=True, exist_ok=True)
    encoders = Encoders.load()
    held = args.work / "held-views.npz"
    if not held.exists():
        write_shard(held, encoders, held_out(args.icons), np.random.default_rng([9, 0, 1]))
    for shard in range(args.shards):
        target = args.work / f"views-{shard:03d}.npz"
        if not target.exists():
            rng = np.random.default_rng([9, shard])
            subjects = [draw_subject(args.icons, rng) for _ in range(SUBJECTS)]
            write_shard(target, encoders, subjects, rng)
            print(target, flush=True)


if __name__ == "__main__":
    main()
