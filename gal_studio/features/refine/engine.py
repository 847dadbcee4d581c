"""The pairs of a refinement: judged area by area, weighted for the training, and what the training gained."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from gal_studio.core.errors import StudioError
from gal_studio.core.measures.compare import DrawnByKey, Figure, difference
from gal_studio.core.measures.pictures import METRICS, MeasuredPicture
from gal_studio.core.patchdpo.masks import Flags
from gal_studio.core.patchdpo.patch_quality import Features, Map, pair_weights
from gal_studio.core.prompts import trigger_key
from gal_studio.core.records.project import Project
from gal_studio.core.records.round import Round
from gal_studio.core.references import Prompts
from gal_studio.core.settings import RefineSettings, Settings
from gal_studio.core.types import UsedDetectors
from gal_studio.engine.patches.foreground import ground_of, is_calm, on_plain_ground
from gal_studio.features.refine.rules import measured_prompts
from gal_studio.rounds.patch_maps import mask_of_reference, vision_model
from gal_studio.state import Store
from gal_studio.state.tables.pair_regions import PairRegion
from gal_studio.state.tables.refinements import Measurement, Pair, StoredMap
from gal_studio.worker.models import Models
from gal_studio.worker.patches.foregrounds import find_foreground
from gal_studio.worker.patches.maps import judge_picture
from gal_studio.worker.patches.open_scorer import open_scorer
from gal_studio.worker.patches.patch_scorer import PatchScorer, References, only, references_by_subject
from gal_studio.worker.patches.regions import as_array, found_patches, mask_patches

FIGURES: Mapping[str, Figure] = {
    "clip_t": METRICS["clip_t"],
    "clip_i": METRICS["clip_i"],
    "overfit_rate": lambda picture: None if picture.is_blank else float(picture.copies),
}
GRAY = (127, 127, 127)


def score_pair(
    scorer: PatchScorer, pair: Pair, references: References, known: Mapping[str, Features]
) -> None:
    """Store q(x), r(y) and the region of one pair; each subject that x shows is judged in its own patches."""
    assert pair.generated_image is not None
    generated, reference = known[pair.generated_image], known[pair.reference_image]
    judged = judge_picture(scorer, pair.generated_image, generated, references, bool(pair.subject))
    quality = np.sum([judged.quality[word] * judged.patches[word] for word in judged.quality], axis=0)
    region = region_of_pair(scorer.store, pair, generated.shape[:2], judged.patches, judged.foreground)
    refinements = scorer.store.refinements
    with scorer.store.database.transaction():
        refinements.save_map(pair.id, "quality", scorer.map(quality))
        refinements.save_map(pair.id, "reproduction", scorer.reproduced(reference, generated, region))
        refinements.regions.save(pair.id, region)


def add_missing_regions(
    store: Store, prompts: Prompts, pairs: Iterable[Pair], open_scorer: Callable[[], PatchScorer]
) -> None:
    """Store the region of each judged pair that has none: those of older workspaces, and repaired ones.

    The vision model is loaded only if the subject or the foreground of x is not stored.
    """
    for pair in pairs:
        quality = store.refinements.map(pair.id, "quality")
        if quality is not None and store.refinements.regions.get(pair.id) is None:
            region = _missing_region(store, prompts, pair, quality.values.shape, open_scorer)
            store.refinements.regions.save(pair.id, region)


def _missing_region(
    store: Store, prompts: Prompts, pair: Pair, shape: tuple[int, int], open_scorer: Callable[[], PatchScorer]
) -> PairRegion:
    image, named = pair.generated_image or "", prompts.named_in(pair.prompt)
    found = store.refinements.foreground(image) if pair.subject else None
    if len(named) == 1 and (not pair.subject or found):
        return region_of_pair(store, pair, shape, {}, found.mask if found else None)
    scorer = open_scorer()
    references = store.projects.references(store.rounds.get(pair.round_id).project_id)
    own = only(references_by_subject(scorer, prompts, references), named)
    judged = judge_picture(scorer, image, scorer.features([image])[image], own, bool(pair.subject))
    return region_of_pair(store, pair, shape, judged.patches, judged.foreground)


def region_of_pair(
    store: Store, pair: Pair, shape: tuple[int, int], by_subject: Mapping[str, Flags], foreground: str | None
) -> PairRegion:
    """The region of a pair whose maps have this shape.

    `by_subject` holds the patches of x that resemble each subject most, `foreground` is the mask of x.
    """
    own = None
    if len(by_subject) > 1:
        own = next(
            patches for word, patches in by_subject.items() if trigger_key(word) == trigger_key(pair.subject)
        )
    return PairRegion(
        shape,
        learned=mask_patches(store, pair.reference_mask, *shape, pair.prompt if pair.subject else None),
        foreground=found_patches(store, foreground, *shape),
        subject=own,
        foreground_mask=foreground,
    )


@dataclass(frozen=True)
class JudgedPair:
    """A pair with everything that its weights are made from; `painting` is the name of its stored paint."""

    pair: Pair
    generated_image: str
    quality: StoredMap
    reproduction: StoredMap
    region: PairRegion
    painting: str | None


def read_pair(store: Store, pair: Pair, painting: str | None = None) -> JudgedPair:
    """Read a judged pair; refused if it has no maps yet."""
    quality = store.refinements.map(pair.id, "quality")
    reproduction = store.refinements.map(pair.id, "reproduction")
    region = store.refinements.regions.get(pair.id)
    if pair.generated_image is None or quality is None or reproduction is None or region is None:
        raise StudioError("A pair of this refinement has no heat maps: press Make comparison pairs first.")
    return JudgedPair(pair, pair.generated_image, quality, reproduction, region, painting)


def weights_of_pair(
    judged: JudgedPair, settings: RefineSettings, scorer: PatchScorer | None = None
) -> NDArray[np.float64]:
    """Eq. P7 for one pair: weights (2, h, w) of y and x, in which paint overrules the maps.

    A painted pair needs the `scorer`: parts of x that are painted bad count as lost in y, so r(y) changes.
    """
    reproduced, brush, region = judged.reproduction.values, None, judged.region
    if judged.painting is not None and scorer is not None:
        brush = as_array(scorer.store.images.mask(judged.painting))
        known = scorer.features([judged.pair.reference_image, judged.generated_image])
        reference, generated = known[judged.pair.reference_image], known[judged.generated_image]
        reproduced = scorer.reproduced(reference, generated, region, brush).values
    return pair_weights(
        reproduced,
        judged.quality.values,
        region.learned,
        region.foreground,
        settings.background_weight,
        settings.uniform_weights,
        brush,
        settings.even_reference,
        judged.reproduction.values,
    )


def references_as_captioned(
    store: Store, pairs: Sequence[Pair], settings: RefineSettings
) -> dict[str, Image.Image]:
    """The picture y of each reference as its pairs name it (Eq. P1), by its name in the store.

    Where the pairs' prompt puts the subject on a plain background and y shows a busy one, the subject is put
    on the background of its pictures x: otherwise the words would be trained to mean what is around it.
    """
    pictures = {}
    for pair in pairs:
        if pair.reference_image not in pictures:
            pictures[pair.reference_image] = _as_captioned(store, pair, pairs, settings)
    return pictures


def _as_captioned(store: Store, pair: Pair, pairs: Sequence[Pair], settings: RefineSettings) -> Image.Image:
    picture = store.images.picture(pair.reference_image)
    is_plain = pair.subject and settings.pair_prompts == "clean" and settings.clean_background
    if not is_plain or pair.reference_mask is None or is_calm(picture):
        return picture
    drawn = [other.generated_image for other in pairs if other.reference_image == pair.reference_image]
    ground = ground_of([store.images.picture(image) for image in drawn if image])
    return on_plain_ground(picture, store.images.mask(pair.reference_mask), ground)


def measure_refinement(store: Store, models: Models, project: Project, node: Round) -> None:
    """Store CLIP-T, CLIP-I and the overfit rate of a refinement and of the round that it refined.

    Candidates are paired by prompt and index, and so by seed; the interval is over anchors. Prompts that the
    refinement was trained on are left out; if no others are left, no measurement is stored. CLIP-I of an
    object is that of the object inside its masks, and of the rest apart, where the masks are known.
    """
    if node.parent_id is None:
        return
    references = store.projects.references(project.id)
    embedder = models.embedder(project.clip_model)
    to_references = embedder.images([store.images.picture(one.image) for one in references])
    measurable = measured_prompts(store.snapshots.round(node.id), store.rounds.training_set(node.id))
    anchors = store.projects.anchors(project.id)
    prompts = {anchor.id: anchor.prompt for anchor in anchors if anchor.prompt in measurable}

    def drawn(round_id: str) -> DrawnByKey:
        features = store.candidates.features(round_id)
        return {
            (prompts[one.anchor_id], one.index): MeasuredPicture(
                one.anchor_id, round_id, one, float((to_references @ features[one.id]).mean())
            )
            for one in store.candidates.of_round(round_id)
            if one.anchor_id in prompts and not one.is_blank
        }

    before, after = _judged_alike(drawn(node.parent_id), drawn(node.id))
    measured = {name: _gain(name, before, after, figure) for name, figure in FIGURES.items()}
    if project.taught.is_subject:
        images = [one.candidate.image for one in (*before.values(), *after.values())]
        by_area = likeness_by_area(store, models, project, node.settings, images)
        for name, likeness in by_area.items():
            old, new = (_with_likeness(found, likeness) for found in (before, after))
            measured[name] = _gain(name, old, new, METRICS["clip_i"])
        if measured.get("object"):
            del measured["clip_i"]
    store.refinements.save_measurements(node.id, [one for one in measured.values() if one is not None])


def _gain(name: str, before: DrawnByKey, after: DrawnByKey, figure: Figure) -> Measurement | None:
    gain = difference(before, after, figure, of_rates=name == "overfit_rate")
    if gain is None:
        return None
    old, new = (_mean(found, figure, before.keys() & after.keys()) for found in (before, after))
    return Measurement(name, old, new, gain.value, gain.low, gain.high, gain.pictures)


def _with_likeness(drawn: DrawnByKey, likeness: Mapping[str, float]) -> DrawnByKey:
    """The pictures whose likeness is known, with it."""
    return {
        key: replace(one, likeness=likeness[one.candidate.image])
        for key, one in drawn.items()
        if one.candidate.image in likeness
    }


def likeness_by_area(
    store: Store, models: Models, project: Project, settings: Settings, images: Sequence[str]
) -> dict[str, dict[str, float]]:
    """CLIP-I of the object inside its masks, and of the rest, each on plain gray: by image, in [-1, 1].

    An image in which no object is found has neither. Nothing without masks of the references.
    """
    references = store.projects.references(project.id)
    found = store.refinements.foregrounds([one.image for one in references])
    masks = {one.image: mask_of_reference(one, found.get(one.image)) for one in references}
    scorer = open_scorer(store, models, project, vision_model(settings))
    judged = references_by_subject(scorer, store.projects.prompts(project.id), references)

    def mask_of(image: str) -> str | None:
        def guide() -> Map:
            found: Map = np.max([*scorer.quality(scorer.features([image])[image], judged).values()], axis=0)
            return found

        return find_foreground(store, image, guide).mask

    drawn = {image: mask_of(image) for image in dict.fromkeys(images)}
    embedder, likeness = models.embedder(project.clip_model), dict[str, dict[str, float]]()
    for area, is_object in (("object", True), ("rest", False)):
        known, shown = (
            {
                image: area_of(store.images.picture(image), store.images.mask(mask), is_object)
                for image, mask in some.items()
                if mask
            }
            for some in (masks, drawn)
        )
        if known and shown:
            mean = (embedder.images([*known.values()]) @ embedder.images([*shown.values()]).T).mean(axis=0)
            likeness[area] = dict(zip(shown, map(float, mean), strict=True))
    return likeness


def area_of(picture: Image.Image, mask: Image.Image, is_object: bool) -> Image.Image:
    """A picture's object alone, cut out with a margin, or all but the object; the other is gray."""
    inside = mask.convert("L").resize(picture.size).point(lambda value: 255 if value > 127 else 0)
    gray = Image.new("RGB", picture.size, GRAY)
    if not is_object:
        return Image.composite(gray, picture.convert("RGB"), inside)
    alone = Image.composite(picture.convert("RGB"), gray, inside)
    left, top, right, bottom = inside.getbbox() or (0, 0, *picture.size)
    side = round(1.1 * max(right - left, bottom - top))
    x, y = (left + right - side) // 2, (top + bottom - side) // 2
    cut = Image.new("RGB", (side, side), GRAY)
    cut.paste(alone, (-x, -y))
    return cut


def _judged_alike(before: DrawnByKey, after: DrawnByKey) -> tuple[DrawnByKey, DrawnByKey]:
    """Both with the same copy detectors, and without a person's marks, which only the old ones have."""
    found = [picture.candidate for drawn in (before, after) for picture in drawn.values()]
    copy_detectors: UsedDetectors = found[0].copy_detectors if found else "both"
    if not all(candidate.is_compared for candidate in found):
        copy_detectors = "prompts"

    def judged(drawn: DrawnByKey) -> DrawnByKey:
        return {
            key: replace(
                picture, candidate=replace(picture.candidate, copy_detectors=copy_detectors, marked_copy=None)
            )
            for key, picture in drawn.items()
        }

    return judged(before), judged(after)


def _mean(drawn: DrawnByKey, figure: Figure, keys: set[tuple[str, int]]) -> float:
    return float(np.mean([figure(drawn[key]) for key in sorted(keys)]))
