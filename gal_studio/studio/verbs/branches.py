"""What if? Branches with a choice, settings or a seed of their own, beside the line that they left."""

from collections.abc import Mapping
from typing import Any

from gal_studio.core import checks
from gal_studio.core.errors import StudioError
from gal_studio.core.records.round import Round
from gal_studio.core.settings_group import table_of
from gal_studio.rounds import branches
from gal_studio.studio.create import project
from gal_studio.studio.verbs.base import by_hand
from gal_studio.studio.verbs.rounds import RoundVerbs
from gal_studio.studio.verbs.tree import TreeVerbs
from gal_studio.studio.views.beside import Beside, beside_of
from gal_studio.studio.views.measures import FullMeasures


class BranchVerbs(RoundVerbs, TreeVerbs):
    """Branches. Nothing is deleted: the line that one leaves stays as it is, and goes its own way."""

    @by_hand("rounds")
    def what_if(
        self,
        round_id: str,
        settings: Mapping[str, Any] | None = None,
        seed: int | None = None,
        name: str = "",
    ) -> Round:
        """Begin a branch here: a copy of the round, with its images and a choice of its own.

        The rounds after it are trained with these `settings` and this `seed`, where they are given. With none
        of them, other images are chosen. The branch is called by what differs, or by its `name`. Returns the
        copy, whose next round is not made yet.
        """
        changes = {group: dict(table_of(values)) for group, values in (settings or {}).items()}
        if seed is not None:
            checks.seed("The seed", seed)
        with self.store.database.transaction():
            self._refuse_without_candidates(round_id)
            here = self.store.snapshots.round(round_id)
            if seed is not None and seed == here.seed:
                raise StudioError(f"This branch already has the seed {seed}: choose another one.")
            present = here.wanted_settings
            changed = present.updated(changes)
            if settings and changed == present:
                raise StudioError("The setting already has this value: choose another one.")
            project.check_settings(changed, len([one for one in here.project.anchors if one.enabled]))
            made = self.store.branches.copy(round_id)
            self.store.branches.differ(made.id, changes, seed)
            self._name_by_difference(made)
            if name.strip():
                self.rename_round(made.id, name)
            return self.store.rounds.get(made.id)

    def beside(self, round_id: str, measured: FullMeasures | None = None) -> Beside | None:
        """A round of a branch beside that of the line it left: pictures of the same prompts and seeds.

        Of a round that a branch left, the newest branch. None if nothing stands beside it. `measured` are the
        measures of the project, if they were just read.
        """
        here = self.store.snapshots.round(round_id)
        found = measured or self.measures(here.project.project.id)
        return beside_of(self.store, round_id, found)

    @by_hand("rounds")
    def keep_line(self, round_id: str) -> None:
        """Make the line to this round the main one; the others stay, below it."""
        with self.store.database.transaction():
            self.store.branches.keep(branches.forks_through(self.store.snapshots.round(round_id)))
