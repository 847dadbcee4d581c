"""Fingerprints of trainings: hashes of everything that a round's adapter depends on."""

import hashlib
import json
from dataclasses import astuple, replace
from typing import get_args

from gal_studio.core.settings import RefineSettings
from gal_studio.core.types import Round, TrainingExample
from gal_studio.rounds import lineage
from gal_studio.rounds.pairs import generated_foreground
from gal_studio.rounds.prior import prior_parts
from gal_studio.state.store import Store
from gal_studio.state.tables.refinements import MapKind, Pair


def training_fingerprint(store: Store, round_id: str) -> str:
    """Hash what the round's training depends on: model, settings, seed, starting adapter, examples, class
    images; for a refinement also the pairs with their maps and paintings.

    Settings that do not affect the result, such as how often previews are generated, are left out.
    """
    return _fingerprint(store, store.rounds.get(round_id), former=False)


def is_trained(store: Store, round_id: str) -> bool:
    """Whether the round's adapter is up to date with everything that its training depends on.

    Earlier versions did not hash class images and maps, but did hash `checkpoint_every`. Their fingerprints
    are accepted too.
    """
    round_ = store.rounds.get(round_id)
    accepted = {_fingerprint(store, round_, former) for former in (False, True)}
    return store.rounds.trained_as(round_id) in accepted


def _fingerprint(store: Store, round_: Round, former: bool) -> str:
    """Hash the parts; their order is fixed, since stored fingerprints must stay valid."""
    project, settings = store.projects.get(round_.project_id), store.rounds.settings(round_.id)
    tune = replace(settings.tune, preview_every=0) if former else settings.tune.essential
    examples = lineage.training_set(store, round_.id)
    if all(example.is_reference for example in examples):
        tune = replace(tune, accepted_share=0.0)
    refines = round_.kind == "refine"
    parts = [
        project.base_model,
        project.trigger_word,
        tune.to_former_dict(),
        *([machine] if (machine := settings.machine.essential) else []),
        *([_refine_settings(settings.refine, former).to_former_dict()] if refines else []),
        lineage.round_training_seed(store, round_.id),
        lineage.starting_adapter(store, round_.id),
        [_example(example, refines) for example in examples],
        *(_pairs(store, round_) if refines else []),
        *([] if former else _class_images_and_maps(store, round_, settings.refine)),
    ]
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()


def _refine_settings(refine: RefineSettings, former: bool) -> RefineSettings:
    """The settings that the result depends on; earlier versions included `checkpoint_every`."""
    essential = refine.essential
    return replace(essential, checkpoint_every=refine.checkpoint_every) if former else essential


def _example(example: TrainingExample, refines: bool) -> tuple[object, ...]:
    """Fine-tuning leaves out a missing mask, since the first version had no masks."""
    values = astuple(example)
    return values if refines or example.mask is not None else values[:-1]


def _pairs(store: Store, round_: Round) -> list[object]:
    pairs = store.refinements.pairs(round_.id)
    paintings = sorted(store.refinements.paintings.newest(round_.id).items())
    return [[(astuple(pair.plan), pair.generated_image) for pair in pairs], paintings]


def _class_images_and_maps(store: Store, round_: Round, refine: RefineSettings) -> list[object]:
    """The parts that earlier versions did not hash."""
    refines = round_.kind == "refine"
    has_class_images = refine.mix or not refines
    prior = prior_parts(store, round_.id) if has_class_images else []
    if refines:
        maps = [_maps(store, pair) for pair in store.refinements.pairs(round_.id)]
        return [prior[0] if prior else [], maps]
    return prior


def _maps(store: Store, pair: Pair) -> list[object]:
    """What a pair's weights depend on besides its painting: its maps, and the foreground of x."""
    parts: list[object] = [generated_foreground(store, pair)]
    for kind in get_args(MapKind):
        stored = store.refinements.map(pair.id, kind)
        if stored is not None:
            parts += [kind, stored.values.shape, hashlib.sha256(stored.values.tobytes()).hexdigest()]
    return parts
