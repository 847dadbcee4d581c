"""View rounds, start the next one, branch."""

from gal_studio.core.errors import StudioError
from gal_studio.core.gal.selection import SuggestionSet
from gal_studio.core.records.round import Round, RoundSummary, Step
from gal_studio.core.types import Anchor, TrainingExample
from gal_studio.core.variants.fine_tune import FINE_TUNED
from gal_studio.core.variants.registry import offered_variants
from gal_studio.rounds import lineage, suggestions
from gal_studio.rounds.branches import difference_words
from gal_studio.rounds.inputs import inputs_of
from gal_studio.state.database.versions import Version
from gal_studio.state.tables.refinements import MapKind
from gal_studio.studio.verbs.base import Verbs, by_hand
from gal_studio.studio.views import patch_maps, round
from gal_studio.studio.views.changes import ChoiceChange, changes_of
from gal_studio.studio.views.measures import FullMeasures, measures_view
from gal_studio.studio.views.outcomes import RoundResult, outcomes
from gal_studio.studio.views.relatives import Relative, relatives_of
from gal_studio.studio.views.types import FullRound, PatchMap
from gal_studio.studio.waiting import is_pending


class RoundVerbs(Verbs):
    """Rounds and their views."""

    def version(self, project_id: str) -> Version:
        """Changes whenever a view of the project may, except for the progress of jobs."""
        return self.store.projects.version(project_id)

    def rounds(self, project_id: str) -> tuple[RoundSummary, ...]:
        """A summary of each round that is not archived, by number."""
        return round.round_summaries(self.store, project_id)

    def outcomes(self, project_id: str) -> tuple[RoundResult, ...]:
        """What came of each round that is not archived, by number."""
        return outcomes(self.store, project_id)

    def round_view(self, round_id: str, policy: str | None = None) -> FullRound:
        """Everything that the page shows of a round, or what another policy would suggest there."""
        return round.round_view(self.store, round_id, policy)

    def proposal(self, round_id: str, policy: str | None = None) -> SuggestionSet:
        """What a policy suggests in a round, by default the policy of its settings."""
        return suggestions.proposal(self.store.snapshots.round(round_id, policy), policy).made

    def next_step(self, round_id: str) -> Step:
        """The step to do next."""
        here = self.store.snapshots.round(round_id)
        busy = self.store.jobs.busy_rounds(here.project.project.id)
        return round.next_step(here, busy, suggestions.shown_proposal(here))

    def measures(self, project_id: str) -> FullMeasures:
        """The benchmark, what each round was measured to be on it, which round is best and why."""
        return measures_view(self.store, project_id)

    def changes(self, round_id: str, measured: FullMeasures | None = None) -> tuple[ChoiceChange, ...]:
        """What was accepted in the round before, and its prompts on the benchmark before and after.

        `measured` are the measures of the project, if they were just read.
        """
        project_id = self.store.rounds.get(round_id).project_id
        return changes_of(self.store, round_id, measured or self.measures(project_id))

    def training_set(self, round_id: str) -> tuple[TrainingExample, ...]:
        """The references and all pictures accepted in the rounds above, with their weights (Eq. G8)."""
        return inputs_of(self.store, round_id).examples

    def pool(self, round_id: str) -> tuple[Anchor, ...]:
        """The anchors that this round draws."""
        return lineage.pool(self.store.snapshots.round(round_id))

    @by_hand("rounds")
    def next_round(self, round_id: str) -> Round:
        """The round after this one; it is created only once.

        A refinement that waits or runs needs no pictures for it: the next round learns after it.
        """
        with self.store.database.transaction():
            self._refuse_without_candidates(round_id)
            return self._untouched(round_id, FINE_TUNED.name) or self.branch(round_id)

    @by_hand("rounds")
    def branch(self, round_id: str) -> Round:
        """A new round after this one, trained on its choice; `what_if` gives a branch a choice of its own."""
        with self.store.database.transaction():
            self._refuse_without_candidates(round_id)
            return self._add(round_id, FINE_TUNED.name)

    @by_hand("rounds")
    def make_round(self, round_id: str, kind: str) -> Round:
        """The round after this one of a variant with a hint; a second one is made when that was begun."""
        if kind not in (offered := offered_variants()):
            known = f": choose one of {', '.join(offered)}" if offered else ""
            raise StudioError(f"No round {kind!r} can be made by its name{known}.")
        with self.store.database.transaction():
            if why := lineage.why_none_after(self.store.snapshots.round(round_id)):
                raise StudioError(why)
            return self._untouched(round_id, kind) or self._add(round_id, kind)

    def _untouched(self, round_id: str, kind: str) -> Round | None:
        """The round of a kind after this one in which nothing was done."""
        for child in (each.round for each in self.store.snapshots.node(round_id).children):
            started = child.adapter is not None or self.store.candidates.count(child.id)
            if child.kind == kind and not started and not child.archived:
                return child
        return None

    def _add(self, round_id: str, kind: str) -> Round:
        here = self.store.snapshots.round(round_id)
        self._name_by_difference(here.round)
        return self.store.rounds.add(here.project.project.id, round_id, here.wanted_settings, kind)

    def _name_by_difference(self, round_: Round) -> None:
        """Call the branch that a copy begins by what differs in it now."""
        if round_.copy_of:
            here = self.store.snapshots.project(round_.project_id).round(round_.id)
            self.store.branches.name(round_.id, difference_words(here))

    def _refuse_without_candidates(self, round_id: str) -> None:
        round_ = self.store.rounds.get(round_id)
        is_refined = round_.variant.refines and is_pending(self.store, round_, "refine", "generate")
        if not self.store.candidates.count(round_id) and not is_refined:
            if round_.adapter is not None:
                lineage.refuse_an_empty_pool(self.store.snapshots.round(round_id))
            raise StudioError(lineage.no_images(round_.number))

    def same_seed_elsewhere(self, candidate_id: str) -> tuple[Relative, ...]:
        """The pictures of the same prompt and seed in the other rounds of the project."""
        return relatives_of(self.store, candidate_id)

    def patch_maps(self, owner_id: str, kind: MapKind = "quality") -> tuple[PatchMap, ...]:
        """The maps of a pair or of a candidate, one for each subject that was judged."""
        return patch_maps.patch_maps(self.store, owner_id, kind)
