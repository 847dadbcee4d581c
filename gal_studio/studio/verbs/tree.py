"""Name, star, archive and bring back rounds of the tree."""

from gal_studio.core.errors import StudioError
from gal_studio.core.jobs.states import ACTIVE
from gal_studio.core.naming import MAX_ROUND_NAME_LENGTH, check_name, round_names, unique_name
from gal_studio.core.records.round import Round, shown_rounds
from gal_studio.studio.verbs.base import Verbs


class TreeVerbs(Verbs):
    """What a person does to the tree of rounds. Nothing is deleted, and all of it can be taken back."""

    def rename_round(self, round_id: str, name: str) -> str:
        """Name a round, and return its name; a taken one gets a number, an empty one is the round's own."""
        with self.store.database.transaction():
            project_id = self.store.rounds.get(round_id).project_id
            self.store.rounds.set_title(round_id, "")
            names = round_names(self.store.rounds.of_project(project_id))
            own = names.pop(round_id)
            if not name.strip():
                return own
            title = check_name(name, "round", MAX_ROUND_NAME_LENGTH)
            if title != own:
                title = unique_name(title, set(names.values()))
                self.store.rounds.set_title(round_id, title)
            return title

    def star_round(self, round_id: str, starred: bool) -> None:
        """Mark a round with a star, or remove it."""
        self.store.rounds.set_starred(self.store.rounds.get(round_id).id, starred)

    def archive_round(self, round_id: str) -> Round | None:
        """Hide a round and all rounds after it; returns the round before it.

        Refused while one of them is worked on, and for the last round that is shown.
        """
        with self.store.database.transaction():
            round_, rounds = self.store.rounds.get(round_id), self.store.rounds
            before = shown_rounds(rounds.of_project(round_.project_id))
            rounds.set_archived(round_id, True)
            after = shown_rounds(rounds.of_project(round_.project_id))
            if not after:
                raise StudioError("This is the only round that is shown, so it cannot be archived.")
            self._refuse_while_at_work({each.id for each in before} - {each.id for each in after})
            return self.store.rounds.get(round_.parent_id) if round_.parent_id else None

    def restore_round(self, round_id: str) -> None:
        """Show an archived round again, with the rounds after it and those that it comes from."""
        with self.store.database.transaction():
            here = self.store.snapshots.node(round_id)
            for each in (*here.ancestors, here):
                self.store.rounds.set_archived(each.id, False)

    def archived_rounds(self, project_id: str) -> dict[str, str]:
        """The names of the archived rounds, by ID; those that came after them are hidden with them."""
        rounds = self.store.rounds.of_project(project_id)
        names = round_names(rounds)
        return {round_.id: names[round_.id] for round_ in rounds if round_.archived}

    def _refuse_while_at_work(self, round_ids: set[str]) -> None:
        self.store.jobs.reap()
        for round_id in round_ids:
            round_ = self.store.rounds.get(round_id)
            jobs = self.store.jobs.of_project(round_.project_id)
            if any(job.round_id == round_id and job.state in ACTIVE for job in jobs):
                name = round_names(self.store.rounds.of_project(round_.project_id))[round_id]
                raise StudioError(f"{name} is being worked on: wait for it, or press Stop first.")
