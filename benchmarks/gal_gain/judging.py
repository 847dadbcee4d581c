"""Which pictures are successes, by a judge that made neither pictures nor flags.

A success shows the right thing in the right style (style), or the right object in the right place (object),
and is no copy. The limits come from pictures whose truth is known because they were drawn by code.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from benchmarks.gal_gain.cases import (
    ANCHOR_THINGS,
    TEST_PLACES,
    TEST_THINGS,
    Case,
    in_look,
    in_place,
    number_of,
    others,
)
from gal_studio.engine.patches.foreground import foreground_mask
from tools.pocket.data.dataset import concept_index, load_split
from tools.pocket.evaluation.independent import IndependentTower, style_likeness
from tools.pocket.scenes.places import PLACES
from tools.pocket.train.judge import judge_pictures, load_judge

TRUTHS = 24
Flags = NDArray[np.bool_]
Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Verdicts:
    """What the judge says of n pictures; `likeness` is that to the style or the object."""

    right: Flags
    like: Flags
    copies: Flags
    likeness: Floats

    @property
    def successes(self) -> Flags:
        """Right, like the style or object, and no copies."""
        return self.right & self.like & ~self.copies


class Judging:
    """The judge, and how it sees ordinary pictures."""

    def __init__(self, work: Path, icons: Path) -> None:
        self.icons = icons
        self.judge = load_judge(work)
        self.tower = IndependentTower(self.judge)
        pictures = load_split(work, "unseen", limit=500)[0][:500]
        self.ordinary = self.tower.style_statistics([Image.fromarray(p) for p in pictures])

    def of(self, case: Case) -> "CaseJudge":
        """The judge of one case, with its limit."""
        return CaseJudge(self, case)


class CaseJudge:
    """Judges the pictures of one case."""

    def __init__(self, judging: Judging, case: Case) -> None:
        self.judging, self.case = judging, case
        self.head = "concept" if case.kind == "style" else "place"
        self.index = concept_index() if case.kind == "style" else {p.name: n for n, p in enumerate(PLACES)}
        true, false = self._known()
        limits = [float(np.median(self.likeness(pictures))) for pictures in (true, false)]
        self.limit = sum(limits) / 2

    def verdicts(self, pictures: Sequence[Image.Image], wanted: Sequence[str]) -> Verdicts:
        """Judge n pictures, each drawn for what its prompt asks for."""
        told = judge_pictures(self.judging.judge, as_array(pictures))[self.head]
        chosen = np.array([self.index[name] for name in wanted])
        own = [self.index[name] for name in self.case.own]
        score = told[np.arange(len(told)), chosen]
        foreign = ~np.isin(chosen, own)
        copies = (told[:, own].max(1) >= score) & foreign
        likeness = self.likeness(pictures)
        return Verdicts(told.argmax(1) == chosen, likeness >= self.limit, copies, likeness)

    def likeness(self, pictures: Sequence[Image.Image]) -> Floats:
        """Likeness to the reference's style, or to the object."""
        tower, references = self.judging.tower, [picture for picture, _ in self.case.references]
        if self.case.kind == "object":
            return tower.subject_likeness(pictures, [(references[0], foreground_mask(references[0]))])
        reference = tower.style_statistics(references)[0]
        return style_likeness(tower.style_statistics(pictures), reference, self.judging.ordinary)

    def _known(self) -> tuple[list[Image.Image], list[Image.Image]]:
        """Pictures that are like the reference by construction, and pictures that are not."""
        rng, icons = np.random.default_rng(21), self.judging.icons
        things = concept_index()
        if self.case.look is not None:
            names = [name for name in (*TEST_THINGS, *ANCHOR_THINGS) if name not in self.case.own]
            picked = [int(rng.choice(others(icons, things[name]))) for name in names[:TRUTHS]]
            like = [in_look(icons, design, self.case.look.draw, rng) for design in picked]
            unlike = [in_place(icons, design, "", 500 + n) for n, design in enumerate(picked)]
        else:
            designs = rng.choice(others(icons, things[self.case.design[0]]), TRUTHS)
            own, shown = number_of(icons, self.case.design), list(TEST_PLACES) * TRUTHS
            like = [in_place(icons, own, shown[n], 600 + n) for n in range(TRUTHS)]
            unlike = [in_place(icons, int(d), shown[n], 700 + n) for n, d in enumerate(designs)]
        return [Image.fromarray(p) for p in like], [Image.fromarray(p) for p in unlike]


def as_array(pictures: Sequence[Image.Image]) -> NDArray[np.uint8]:
    """Pictures as (n, 128, 128, 3)."""
    return np.stack([np.asarray(p.convert("RGB").resize((128, 128))) for p in pictures])
