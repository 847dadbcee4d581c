"""The unseen references on which Eq. G2 is evaluated: those of the two demos, and held-out designs."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image

from gal_studio.assets import assets_folder, load_anchors
from gal_studio.core.references import Prompts, describe
from gal_studio.core.types import Kind
from workshop.pocket.data.dataset import NONE, WORK, Plan, designs_of, render
from workshop.pocket.scenes.places import PLACES
from workshop.pocket.scenes.styles import STYLES


@dataclass(frozen=True)
class ReferenceCase:
    """Pictures with prompts, and their contents: a concept (style) or places (object)."""

    name: str
    kind: Kind
    prompts: tuple[str, ...]
    concept: str
    places: tuple[str, ...] = ()
    trigger_word: str = ""
    design: tuple[str, str, str] | None = None  # None: the bundled demo's pictures
    style: str | None = None
    icons: Path = WORK / "icons"

    def references(self) -> list[tuple[Image.Image, str]]:
        return list(zip(self._pictures(), self.prompts, strict=True))

    def _pictures(self) -> Sequence[Image.Image]:
        if self.design is None:
            files = sorted((assets_folder() / "demo" / self.kind).glob("*.png"), key=self._position)
            return [Image.open(path).convert("RGB") for path in files]
        designs = designs_of(self.icons)
        found = [(d.concept, d.codepoint, d.pack) for d in designs].index(self.design)
        style = next((i for i, s in enumerate(STYLES) if s.name == self.style), NONE)
        names = [place.name for place in PLACES]
        plans = [Plan((found,), style, names.index(p)) for p in self.places] or [Plan((found,), style, NONE)]
        rng = np.random.default_rng(7)
        return [Image.fromarray(render(plan, designs, rng)) for plan in plans]

    def _position(self, path: Path) -> int:
        last = path.stem.split("-")[-1]
        return next((i for i, prompt in enumerate(self.prompts) if prompt.endswith(last)), 0)

    @property
    def parsed(self) -> Prompts:
        return describe(self.kind, [(prompt, self.trigger_word) for prompt in self.prompts]).prompts

    def anchors(self) -> list[str]:
        return list(self.parsed.expand(load_anchors(self.kind)))

    def plain_prompts(self) -> list[str]:
        return list(self.parsed.reference_prompts)

    @property
    def class_prompt(self) -> str:
        return self.parsed.class_prompts[0]


def _in_places(subject: str, places: Sequence[str]) -> tuple[str, ...]:
    words = {place.name: place.words[0] for place in PLACES}
    return tuple(f"{subject} {words[place]}" for place in places)


_THREE = ("stairs", "beach", "snow")
_OTHER = ("kitchen", "mountain", "space")
REFERENCES = (
    ReferenceCase("demo-style", "style", ("A cat in bold outline style",), "cat"),
    ReferenceCase(
        "ink-car",
        "style",
        ("A car in inkwell style",),
        "car",
        design=("car", "1f3ce-fe0f", "twemoji"),
        style="ink",
    ),
    ReferenceCase(
        "crayon-dog",
        "style",
        ("A dog in waxy stroke style",),
        "dog",
        design=("dog", "1f415", "noto"),
        style="crayon",
    ),
    ReferenceCase("demo-object", "object", ("A <dotty> teapot",) * 3, "teapot", _THREE, "<dotty>"),
    ReferenceCase(
        "teddy",
        "object",
        _in_places("A <brumm> teddy bear", _OTHER),
        "teddy bear",
        _OTHER,
        "<brumm>",
        design=("teddy bear", "1f9f8", "twemoji"),
    ),
)
