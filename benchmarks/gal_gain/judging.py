"""Which pictures are successes, by a judge that made neither pictures nor flags.

A success shows the right thing in the right style (style), or the right object in the right place (object),
and is no copy. It has the style, or shows the object, if it is more like the reference than nearly all that
the base model draws for the same prompts. A copy shows the reference's thing, one of its places, or the plain
ground of an object's first reference.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from benchmarks.gal_gain.cases import Case
from gal_studio.engine.patches.foreground import foreground_mask, is_calm
from tools.pocket.data.dataset import concept_index, load_split
from tools.pocket.evaluation.independent import IndependentTower, style_likeness
from tools.pocket.scenes.places import PLACES
from tools.pocket.train.judge import judge_pictures, load_judge
from tools.pocket.train.judge_tuning import load_tuned

NEAR = 40.0  # between the colours of two grounds
UNTAUGHT = 0.95  # the share of the base model's pictures that are not in the style, or not of the object
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

    def __init__(self, work: Path) -> None:
        self.judge = load_tuned(work)
        self.tower = IndependentTower(load_judge(work))
        pictures = load_split(work, "unseen", limit=500)[0][:500]
        self.ordinary = self.tower.style_statistics([Image.fromarray(p) for p in pictures])

    def of(self, case: Case, untaught: Sequence[Image.Image]) -> "CaseJudge":
        """The judge of one case; `untaught` is what the base model draws for its prompts."""
        return CaseJudge(self, case, untaught)


class CaseJudge:
    """Judges the pictures of one case."""

    def __init__(self, judging: Judging, case: Case, untaught: Sequence[Image.Image]) -> None:
        self.judging, self.case = judging, case
        self.head = "concept" if case.kind == "style" else "place"
        self.index = concept_index() if case.kind == "style" else {p.name: n for n, p in enumerate(PLACES)}
        self.limit = float(np.quantile(self.likeness(untaught), UNTAUGHT))

    def verdicts(self, pictures: Sequence[Image.Image], wanted: Sequence[str]) -> Verdicts:
        """Judge n pictures, each drawn for what its prompt asks for."""
        told = judge_pictures(self.judging.judge, as_array(pictures))[self.head]
        chosen = np.array([self.index[name] for name in wanted])
        own = [self.index[name] for name in self.case.own]
        score = told[np.arange(len(told)), chosen]
        foreign = ~np.isin(chosen, own)
        copies = (told[:, own].max(1) >= score) & foreign
        if self.case.kind == "object":
            copies |= np.array([has_ground_of(self.case.references[0][0], picture) for picture in pictures])
        likeness = self.likeness(pictures)
        return Verdicts(told.argmax(1) == chosen, likeness > self.limit, copies, likeness)

    def likeness(self, pictures: Sequence[Image.Image]) -> Floats:
        """Likeness to the reference's style, or to the object."""
        tower, references = self.judging.tower, [picture for picture, _ in self.case.references]
        if self.case.kind == "object":
            return tower.subject_likeness(pictures, [(references[0], foreground_mask(references[0]))])
        reference = tower.style_statistics(references)[0]
        return style_likeness(tower.style_statistics(pictures), reference, self.judging.ordinary)


def has_ground_of(reference: Image.Image, picture: Image.Image) -> bool:
    """Whether a picture has the plain ground of the reference."""
    return is_calm(picture) and float(np.linalg.norm(_ground(picture) - _ground(reference))) < NEAR


def _ground(picture: Image.Image) -> Floats:
    """The median colour of the outermost pixels, (3,), from 0 to 255."""
    x = np.asarray(picture.convert("RGB"), np.float64)
    return np.asarray(np.median(np.concatenate([x[0], x[-1], x[:, 0], x[:, -1]]), axis=0))


def as_array(pictures: Sequence[Image.Image]) -> NDArray[np.uint8]:
    """Pictures as (n, 128, 128, 3)."""
    return np.stack([np.asarray(p.convert("RGB").resize((128, 128))) for p in pictures])
