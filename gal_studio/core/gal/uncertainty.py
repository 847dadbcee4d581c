"""How uncertain the model is about an anchor (Eq. G1 to G4)."""

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from operator import attrgetter

import numpy
from numpy.typing import ArrayLike, NDArray

from gal_studio.core.errors import StudioError
from gal_studio.core.gal.standard import Standard
from gal_studio.core.recipe import Recipe
from gal_studio.core.records.candidate import Candidate
from gal_studio.core.types import Anchor, AnchorScore, CopyCurve

Floats = NDArray[numpy.float64]


def similarity(image_features: ArrayLike, text_features: ArrayLike) -> Floats:
    """Eq. G1: `s(x, t) = E_i(x) · E_t(t)` of unit-norm rows (n, d) and (m, d), as (n, m) in [-1, 1].

    Each value depends on its own two rows alone, so a batch's size and order never change it.
    """
    images, texts = _unit_rows("image", image_features), _unit_rows("text", text_features)
    if images.shape[1] != texts.shape[1]:
        raise ValueError(f"features of {images.shape[1]} and {texts.shape[1]} dimensions cannot be compared")
    values: Floats = numpy.einsum("nd,md->nm", images, texts)
    return values.clip(-1.0, 1.0)


def _unit_rows(name: str, features: ArrayLike) -> Floats:
    rows = numpy.asarray(features, dtype=numpy.float64)
    if rows.ndim != 2:
        raise ValueError(f"{name} features have the shape {rows.shape} instead of (n, d)")
    if not numpy.isfinite(rows).all():
        raise StudioError(
            f"CLIP gave {name} features that are not finite: generate it again, or choose another CLIP."
        )
    norms = numpy.linalg.norm(rows, axis=1)
    if numpy.any(numpy.abs(norms - 1.0) > 5e-3):  # half precision deviates by about 1e-3
        raise ValueError(f"{name} features have norms from {norms.min():g} to {norms.max():g} instead of 1")
    return rows


def reference_similarity(image_features: ArrayLike, reference_text_features: ArrayLike) -> Floats:
    """s(x, ref) of Eq. G2, (n,): the maximum over the references' distinct prompts, (m, d)."""
    values = similarity(image_features, reference_text_features)
    if not values.shape[1]:
        raise ValueError("there is no reference prompt to compare with")
    largest: Floats = values.max(axis=1)
    return largest


def overfit_rate(chances: Sequence[float]) -> float:
    """Eq. G3: the mean p(copy) of the n candidates of an anchor, in [0, 1]; published: of 0 and 1 (flags)."""
    if not len(chances):
        raise StudioError("A test prompt without images cannot be scored: generate its images first.")
    return math.fsum(chances) / len(chances)


def left_open(chances: Sequence[float]) -> float:
    """Eq. G4: H(mean p) - mean H(p), in [0, ln 2]: what differs between pictures, not the detector's doubt.

    The mutual information of a copy and the picture, known as BALD (arXiv 1112.5745); the entropy of the rate
    where all chances are 0 or 1.
    """
    doubt = math.fsum(map(entropy, chances)) / len(chances)
    return max(0.0, entropy(minority(chances)) - doubt)


def minority(chances: Sequence[float]) -> float:
    """min(p_a, 1 - p_a) of Eq. G3, in [0, 0.5], exactly the same for chances p and 1 - p."""
    return min(overfit_rate(chances), overfit_rate([1.0 - chance for chance in chances]))


def entropy(rate: float) -> float:
    """Eq. G4: `H = -p ln p - (1-p) ln(1-p)` in nats, in [0, ln 2]; 0 at p = 0 and p = 1."""
    if not 0.0 <= rate <= 1.0:
        raise ValueError(f"an overfit rate of {rate!r} is not in [0, 1]")
    if rate in (0.0, 1.0):
        return 0.0
    return min(-rate * math.log(rate) - (1.0 - rate) * math.log1p(-rate), math.log(2.0))


def score_anchor(
    anchor: Anchor, candidates: Sequence[Candidate], blank: int = 0, standard: Standard | None = None
) -> AnchorScore:
    """Eq. G3, G4, G12 and G16 for one anchor, from its non-blank candidates in any order.

    `blank` counts the others; `standard` is that of the round, by default of these candidates.
    """
    foreign = [candidate.id for candidate in candidates if candidate.anchor_id != anchor.id]
    if foreign:
        raise ValueError(f"candidates {foreign} do not belong to the anchor {anchor.id}")
    if not candidates:
        raise StudioError(f"The test prompt {anchor.prompt!r} has no images yet: generate them first.")
    # lists, here and in the self-check: a generator would be called once more for each picture
    number, copies = len(candidates), sum([candidate.overfit for candidate in candidates])
    chances = [candidate.chance for candidate in candidates]
    said = Counter([candidate.overfit_by for candidate in candidates])
    lacks = Counter(map((standard or Standard.of(candidates)).lacks, candidates))
    return AnchorScore(
        anchor=anchor,
        candidates=number,
        overfit=copies,
        overfit_rate=overfit_rate(chances),
        entropy=entropy(minority(chances)),  # exactly symmetric in p and 1-p, so that ties are exact
        mean_margin=math.fsum([candidate.margin for candidate in candidates]) / number,
        blank=blank,
        by_prompts=said["prompts"] + said["both"],
        by_pictures=said["pictures"] + said["both"],
        by_person=said["person"],
        compared=sum([candidate.is_compared for candidate in candidates]),
        weakest=min([candidate.recipe.mean for candidate in candidates]),
        copied_from=min([one.recipe.mean for one in candidates if one.overfit], default=1.0),
        off_prompt=lacks["asked"],
        too_weak=lacks["object"] + lacks["carries"],
        clean_up_to=max([one.recipe.mean for one in candidates if not one.overfit], default=1.0),
    )


def score_pool(
    pool: Sequence[Anchor],
    candidates: Sequence[Candidate],
    strengths: Sequence[float] = (),
    evenly: bool = False,
    standard: Standard | None = None,
    published: bool = False,
) -> tuple[AnchorScore, ...]:
    """Score the anchors of the pool that have candidates, in pool order.

    `strengths` are those over which candidates are spread. What is left open
    (Eq. G4) is read off the schedules by which every prompt was drawn, of pictures that are known to show
    what was asked for or not; a `published` round, and one of an earlier version, without these, has the
    entropy of all its pictures. `evenly` lets each strength count as much, as after that version's race.
    `standard` is that of the round, by default of these candidates.
    """
    by_anchor = group_by_anchor(candidates)
    blank = Counter([candidate.anchor_id for candidate in candidates if candidate.is_blank])
    standard = standard or Standard.of(candidates)
    scores = [
        score_anchor(anchor, by_anchor[anchor.id], blank[anchor.id], standard)
        for anchor in pool
        if anchor.id in by_anchor
    ]
    is_known = all([candidate.asked is not None for group in by_anchor.values() for candidate in group])
    if scores and is_known and not published:
        comparable = _comparable([by_anchor[score.anchor.id] for score in scores])
        scores = [_at(score, by_anchor[score.anchor.id], comparable) for score in scores]
    elif scores and evenly and len(set(strengths)) > 1:
        scores = [_evenly(score, by_anchor[score.anchor.id], strengths) for score in scores]
    if len(set(strengths)) < 2:
        return tuple(scores)
    return tuple(replace(score, turn=copy_curve(by_anchor[score.anchor.id])) for score in scores)


def copy_curve(drawn: Sequence[Candidate]) -> CopyCurve | None:
    """The mean copy risk at each mean strength of a prompt's images; None where all have one strength."""
    at: dict[float, list[float]] = {}
    for one in drawn:
        at.setdefault(round(one.recipe.mean, 6), []).append(one.chance)
    levels = sorted(at, reverse=True)
    means = tuple(overfit_rate(at[level]) for level in levels)
    return CopyCurve(tuple(levels), means) if len(levels) > 1 else None


def _comparable(groups: Sequence[Sequence[Candidate]]) -> frozenset[Recipe]:
    """The schedules by which all prompts were drawn; all schedules where a prompt has no two images of these.

    A single image leaves nothing open (Eq. G4), and a round of such prompts would weigh nothing (Eq. G8).
    """
    drawn = [frozenset([candidate.recipe for candidate in group]) for group in groups]
    shared = frozenset.intersection(*drawn)
    known = min(sum(candidate.recipe in shared for candidate in group) for group in groups)
    return shared if known > 1 else frozenset.union(*drawn)


def _at(score: AnchorScore, drawn: Sequence[Candidate], comparable: frozenset[Recipe]) -> AnchorScore:
    """Eq. G3, G4 of the pictures that were drawn by these schedules, without the detector's own doubt."""
    chances = [candidate.chance for candidate in drawn if candidate.recipe in comparable]
    chances = chances or [candidate.chance for candidate in drawn]
    return replace(score, overfit_rate=overfit_rate(chances), entropy=left_open(chances), by_model=True)


def _evenly(score: AnchorScore, drawn: Sequence[Candidate], strengths: Sequence[float]) -> AnchorScore:
    """The score of a prompt that an earlier version's race drew unevenly: each strength counts as much.

    At a strength without pictures the rate is interpolated between its neighbours.
    """
    known: dict[float, list[float]] = {}
    for candidate in drawn:
        nearest = min(strengths, key=lambda level: abs(level - candidate.recipe.mean))
        known.setdefault(nearest, []).append(candidate.chance)
    at, levels = sorted(known), sorted(set(strengths))
    parts = numpy.array([numpy.interp(levels, at, numpy.eye(len(at))[row]) for row in range(len(at))])
    means = [numpy.mean(known[level]) for level in at]
    rate = min(max(float(parts.mean(axis=1) @ means), 0.0), 1.0)
    return replace(score, overfit_rate=rate, entropy=entropy(min(rate, 1.0 - rate)))


def group_by_anchor(candidates: Sequence[Candidate]) -> dict[str, tuple[Candidate, ...]]:
    """The non-blank candidates of each anchor, in the order of their indices."""
    groups: dict[str, list[Candidate]] = {}
    drawn = [candidate for candidate in candidates if not candidate.is_blank]
    for candidate in sorted(drawn, key=attrgetter("index")):
        groups.setdefault(candidate.anchor_id, []).append(candidate)
    return {anchor: tuple(members) for anchor, members in groups.items()}
