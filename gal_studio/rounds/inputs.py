"""Everything that a round's training depends on, as one frozen value."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

from gal_studio.core.references import Prompts, held_out, parse_prompts
from gal_studio.core.snapshot import RoundSnapshot
from gal_studio.core.types import Reference, TrainingExample
from gal_studio.rounds import lineage
from gal_studio.state.store import Store
from gal_studio.state.tables.refinements import Foreground, MapKind, Pair, StoredMap

Given = tuple[tuple[str, str], ...]
"""The user's own prior pictures: (prompt, image)."""


@dataclass(frozen=True, kw_only=True, eq=False)
class TrainingInputs:
    """A round with what it is trained on besides the pictures accepted above it.

    `prior` are the prior pictures drawn so far, by the key under which the store keeps them; `given_prior`
    are the user's own. A refinement also has its `pairs` with their newest `painted` pictures and their maps,
    and the `foregrounds` that were found in pictures.
    """

    here: RoundSnapshot
    references: tuple[Reference, ...]
    prior: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    given_prior: Given = ()
    pairs: tuple[Pair, ...] = ()
    painted: Mapping[str, str] = field(default_factory=dict)
    maps: Mapping[str, Mapping[MapKind, StoredMap]] = field(default_factory=dict)
    regions: Mapping[str, str | None] = field(default_factory=dict)
    foregrounds: Mapping[str, Foreground] = field(default_factory=dict)

    @cached_property
    def prompts(self) -> Prompts:
        """The project's prompts, parsed."""
        own = self.here.project.project
        return parse_prompts(own.kind, self.references, own.described, own.trigger_word)

    @cached_property
    def trained_on(self) -> tuple[Reference, ...]:
        """The references without those that are kept out of training."""
        out = held_out_of(self.here, self.references)
        return tuple(each for each in self.references if each not in out)

    @cached_property
    def examples(self) -> tuple[TrainingExample, ...]:
        """Eq. G9: the references (weight 1), and the pictures accepted in earlier rounds, weighted.

        A mask counts where the background of a reference has less weight than its subject.
        """
        masked = self.here.settings.tune.background < 1.0
        own = (
            TrainingExample(each.image, each.prompt, 1.0, True, each.mask if masked else None)
            for each in self.trained_on
        )
        return (*own, *lineage.inherited_examples(self.here))

    def foreground_of(self, pair: Pair) -> str | None:
        """The foreground mask of x in a pair of an object; None if all of it counts."""
        if pair.id in self.regions:
            return self.regions[pair.id]
        found = self.foregrounds.get(pair.generated_image or "") if pair.subject else None
        return found.mask if found else None


def held_out_of(here: RoundSnapshot, references: Sequence[Reference]) -> tuple[Reference, ...]:
    """The references that a round keeps out of its training, by its settings."""
    is_wanted = here.settings.tune.held_out and here.project.project.taught.is_subject
    return held_out(references) if is_wanted else ()


def load_inputs(store: Store, here: RoundSnapshot, foregrounds: bool = False) -> TrainingInputs:
    """Load what a round is trained on, in two statements; in seven for a refinement.

    `foregrounds` loads those that were found in the references, too.
    """
    plain = without_pairs(store, here)
    if here.refined:
        return _with_pairs(store, plain)
    if foregrounds:
        images = [reference.image for reference in plain.references]
        return replace(plain, foregrounds=store.refinements.foregrounds(images))
    return plain


def without_pairs(store: Store, here: RoundSnapshot) -> TrainingInputs:
    """What a fine-tuning needs, in two statements: of a refinement no pairs and none of their heat maps."""
    prior, given = store.projects.prior_images(here.project.project.id)
    references = store.projects.references(here.project.project.id)
    return TrainingInputs(here=here, references=references, prior=prior, given_prior=given)


def inputs_of(store: Store, round_id: str, foregrounds: bool = False) -> TrainingInputs:
    """Load a round, and what it is trained on, as they stand at one moment."""
    with store.database.snapshot():
        return load_inputs(store, store.snapshots.round(round_id), foregrounds)


def _with_pairs(store: Store, plain: TrainingInputs) -> TrainingInputs:
    """Add what a refinement is trained on: pairs, paintings, maps and foregrounds."""
    round_id, refinements = plain.here.id, store.refinements
    pairs = refinements.pairs(round_id)
    if not pairs:
        return replace(plain, foregrounds=refinements.foregrounds([one.image for one in plain.references]))
    return replace(
        plain,
        pairs=pairs,
        painted=refinements.paintings.newest(round_id),
        maps=refinements.maps_of_pairs(round_id),
        regions=refinements.regions.foregrounds(round_id),
        foregrounds=refinements.foregrounds(
            [
                *(reference.image for reference in plain.references),
                *filter(None, (p.generated_image for p in pairs)),
            ]
        ),
    )
