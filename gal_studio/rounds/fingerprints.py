"""Fingerprints of trainings: hashes of everything that a round's adapter depends on."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import astuple, replace
from typing import get_args

from gal_studio.core.gal.balance import endless
from gal_studio.core.settings import RefineSettings, TuneSettings
from gal_studio.core.snapshot import RoundSnapshot
from gal_studio.core.types import TrainingExample
from gal_studio.rounds import lineage
from gal_studio.rounds.inputs import TrainingInputs
from gal_studio.rounds.prior import prior_parts
from gal_studio.rounds.teacher import FirstRound, teacher_of
from gal_studio.state.tables.refinements import MapKind, Pair


def training_fingerprint(inputs: TrainingInputs) -> str:
    """Hash what the adapter depends on: its planned training, and the step at which that was ended."""
    planned, ends_at = planned_fingerprint(inputs), inputs.here.round.ends_at
    return planned if ends_at is None else ended_fingerprint(planned, ends_at)


def ended_fingerprint(planned: str, step: int) -> str:
    """The fingerprint of a planned training that is ended at this step."""
    return hashlib.sha256(f"{planned} {step}".encode()).hexdigest()


def planned_fingerprint(inputs: TrainingInputs) -> str:
    """Hash what the round's training depends on: model, settings, seed, starting adapter, examples, class
    images; for a refinement also the pairs with their maps and paintings.

    It names the training's checkpoints. Settings that do not affect the result, such as how often previews
    are generated, are left out. The order of the parts is fixed, since the fingerprints of finished trainings
    are stored.
    """
    return _digest(_parts(inputs, inputs.here.settings.tune.essential))


def endless_fingerprint(inputs: TrainingInputs) -> str | None:
    """Hash a fine-tuning but for its number of steps; None if each step depends on that number."""
    tune = inputs.here.settings.tune.essential
    if not (inputs.here.variant.tunes and tune.is_open_ended):
        return None
    references = sum(example.is_reference for example in inputs.examples)
    each, share = endless(tune, references > 0, references < len(inputs.examples))
    return _digest(["endless", share, *_parts(inputs, each)])


def _digest(parts: Sequence[object]) -> str:
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()


def _parts(inputs: TrainingInputs, tune: TuneSettings) -> list[object]:
    here, project, settings = inputs.here, inputs.here.project.project, inputs.here.settings
    refines = here.variant.refines
    if all(example.is_reference for example in inputs.examples):
        tune = replace(tune, accepted_share=0.0)
    if not any(reference.mask for reference in inputs.references):
        tune = replace(tune, background=TuneSettings.background)
    teacher = teacher_of(inputs)
    if teacher is None:
        tune = tune.untaught
    return [
        project.base_model,
        project.trigger_word,
        tune.distinctive(),
        *([machine] if (machine := settings.machine.essential) else []),
        *([settings.refine.essential.distinctive()] if refines else []),
        lineage.round_training_seed(here),
        lineage.starting_adapter(here),
        *([{"teacher": teacher.parts}] if teacher else []),
        [_example(example, refines) for example in inputs.examples],
        *(_pairs(inputs) if refines else []),
        *_prior_and_maps(inputs, settings.refine),
    ]


def is_trained(inputs: TrainingInputs) -> bool:
    """Whether the round's adapter is up to date with everything that its training depends on."""
    known = inputs.here.round.trained_as
    return known is not None and known == training_fingerprint(inputs)


def taught_by(inputs: TrainingInputs) -> FirstRound | None:
    """What taught the round's adapter (Eq. G24), if that is known still."""
    return teacher_of(inputs) if is_trained(inputs) else None


def is_trainable(inputs: TrainingInputs) -> bool:
    """Whether a fine-tuning would train anything: not what is trained already with the project's settings."""
    here = inputs.here
    if here.round.why_not("train"):
        return False
    wanted, present = here.wanted_settings, here.settings
    tune = wanted.tune
    if all(example.is_reference for example in inputs.examples):  # nothing accepted that these would affect
        own = present.tune
        tune = replace(
            tune,
            accepted_noise=own.accepted_noise,
            accepted_share=own.accepted_share,
            taught_share=own.taught_share,
            teacher_strength=own.teacher_strength,
        )
    if not any(reference.mask for reference in inputs.references):
        tune = replace(tune, background=present.tune.background)
    same = present.tune.essential == tune.essential
    same = same and present.machine.essential == wanted.machine.essential
    return here.round.adapter is None or not same or not is_trained(inputs)


def repeated(inputs: TrainingInputs) -> RoundSnapshot | None:
    """The trained round beside this one that its training would only repeat; None where it learns else.

    That is so of a branch with the choice and the settings of the line that it left.
    """
    here = inputs.here
    if not here.variant.tunes or here.round.adapter is not None or here.parent is None:
        return None
    supposed = replace(inputs, here=here.supposing(here.wanted_settings))
    wanted, begins = training_fingerprint(supposed), here.parent.original
    same = (one for one in here.project.rounds if one.original is begins)
    beside = (one for each in same for one in each.children if one.id != here.id and not one.round.archived)
    return next((one for one in beside if one.round.trained_as == wanted), None)


def _example(example: TrainingExample, refines: bool) -> tuple[object, ...]:
    """Fine-tuning leaves out a missing mask, since the first version had no masks."""
    values = astuple(example)
    return values if refines or example.mask is not None else values[:-1]


def _pairs(inputs: TrainingInputs) -> list[object]:
    pairs = [(astuple(pair.plan), pair.generated_image) for pair in inputs.pairs]
    return [pairs, sorted(inputs.painted.items())]


def _prior_and_maps(inputs: TrainingInputs, refine: RefineSettings) -> list[object]:
    """The prior pictures, and for a refinement the maps of its pairs."""
    refines = inputs.here.variant.refines
    prior = prior_parts(inputs) if refine.mix or not refines else []
    if refines:
        return [prior[0] if prior else [], [_maps(inputs, pair) for pair in inputs.pairs]]
    return prior


def _maps(inputs: TrainingInputs, pair: Pair) -> list[object]:
    """What a pair's weights depend on besides its painting: its maps, and the foreground of x."""
    parts: list[object] = [inputs.foreground_of(pair)]
    maps = inputs.maps.get(pair.id, {})
    for kind in get_args(MapKind):
        if kind in maps:
            values = maps[kind].values
            parts += [kind, values.shape, hashlib.sha256(values.tobytes()).hexdigest()]
    return parts
