"""The training weights of a judged pair (Eq. P7), from its stored maps and region."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gal_studio.core.errors import StudioError
from gal_studio.core.patchdpo.patch_quality import pair_weights
from gal_studio.core.settings import RefineSettings
from gal_studio.state import Store
from gal_studio.state.tables.pair_regions import PairRegion
from gal_studio.state.tables.refinements import Pair, StoredMap
from gal_studio.worker.patches.patch_scorer import PatchScorer
from gal_studio.worker.patches.regions import as_array


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
