"""What autoencoders of base models give back of pictures: requests of the page, answers of a worker."""

from dataclasses import dataclass
from typing import Any

from gal_studio.core.pictures.fidelity import Fidelity
from gal_studio.state.database.connection import Repository, record, row_of

SUBJECT = "the subject"
"""In place of a base model: what is asked for is the mask of a picture's subject."""


@dataclass(frozen=True)
class Reconstruction:
    """A picture and what the autoencoder of a base model gives back; by their hashes.

    `edition` tells the weights of one name apart. `answered` is None until a worker has looked; `seen_image`
    and the figures are None if it could not, and `trouble` says why.
    """

    image: str
    base_model: str
    edition: str
    seen_image: str | None
    psnr: float | None
    detail: float | None
    weakest: float | None
    trouble: str
    asked: float
    answered: float | None

    @property
    def fidelity(self) -> Fidelity | None:
        """How near the two pictures are; None if they were not compared."""
        if self.psnr is None or self.detail is None or self.weakest is None:
            return None
        return Fidelity(self.psnr, self.detail, self.weakest)


class Reconstructions(Repository):
    """The table of requests and answers. It belongs to the workspace: a picture may be used by no project."""

    def ask(self, image: str, base_model: str, edition: str) -> Reconstruction:
        """The answer for a picture and a model; requested if there is none for this edition of the model."""
        known = self.get(image, base_model)
        if known is not None and known.edition == edition:
            return known
        asked = Reconstruction(image, base_model, edition, None, None, None, None, "", self._clock(), None)
        self._database.insert("seen_pictures", row_of("seen_pictures", asked), instead="replace")
        return asked

    def get(self, image: str, base_model: str) -> Reconstruction | None:
        """What is known of a picture and a model; None if nothing was requested."""
        row = self._database.row(
            "SELECT * FROM seen_pictures WHERE image = ? AND base_model = ?", (image, base_model)
        )
        return None if row is None else record(Reconstruction, row)

    def of_references(self, project_id: str, base_model: str) -> tuple[Reconstruction, ...]:
        """What is known of a model and the references of a project."""
        rows = self._database.rows(
            "SELECT * FROM seen_pictures WHERE base_model = ? AND image IN "
            "(SELECT image FROM project_references WHERE project_id = ?)",
            (base_model, project_id),
        )
        return tuple(record(Reconstruction, row) for row in rows)

    def is_answer(self, image: str, seen_image: str) -> bool:
        """Whether some model gave this picture back for that one."""
        sql = "SELECT 1 FROM seen_pictures WHERE image = ? AND seen_image = ?"
        return self._database.row(sql, (image, seen_image)) is not None

    def has_requests(self) -> bool:
        """Whether a worker is needed."""
        return self._database.row("SELECT 1 FROM seen_pictures WHERE taken IS NULL LIMIT 1") is not None

    def take(self) -> tuple[Reconstruction, ...]:
        """Take all requests for the model that was asked for first; each is taken once.

        A request whose worker died is not taken again: it may have been what the worker died of.
        """
        if not self.has_requests():
            return ()
        with self._database.transaction() as writer:
            rows = writer.execute(
                "SELECT * FROM seen_pictures WHERE taken IS NULL AND base_model = "
                "(SELECT base_model FROM seen_pictures WHERE taken IS NULL ORDER BY rowid LIMIT 1) "
                "ORDER BY rowid"
            ).fetchall()
            taken = tuple(record(Reconstruction, row) for row in rows)
            for one in taken:
                key = {"image": one.image, "base_model": one.base_model}
                self._database.update("seen_pictures", key, taken=self._clock())
        return taken

    def answer(self, one: Reconstruction, seen_image: str, fidelity: Fidelity) -> None:
        """Store what came back; dropped if the model has changed since."""
        self._answer(one, **row_of("seen_pictures", fidelity, seen_image=seen_image))

    def answer_subject(self, one: Reconstruction, mask: str) -> None:
        """Store the mask of the subject that was found in a picture."""
        self._answer(one, seen_image=mask)

    def give_up(self, one: Reconstruction, trouble: str) -> None:
        """Store why the picture could not be looked at."""
        self._answer(one, trouble=trouble)

    def _answer(self, one: Reconstruction, **values: Any) -> None:
        key = {"image": one.image, "base_model": one.base_model, "edition": one.edition}
        self._database.update("seen_pictures", key, **values, answered=self._clock())

    def forget_unused(self, before: float) -> tuple[str, ...]:
        """Delete the rows of pictures that no project uses and that were requested before this time.

        Returns the files that the rows named.
        """
        unused = (
            "asked < ? AND NOT EXISTS (SELECT 1 FROM project_references "
            "WHERE project_references.image = seen_pictures.image)"
        )
        if self._database.row(f"SELECT 1 FROM seen_pictures WHERE {unused} LIMIT 1", (before,)) is None:
            return ()
        with self._database.transaction() as writer:
            rows = writer.execute(f"SELECT * FROM seen_pictures WHERE {unused}", (before,)).fetchall()
            writer.execute(f"DELETE FROM seen_pictures WHERE {unused}", (before,))
        return tuple(name for row in rows for name in (row["image"], row["seen_image"]) if name)
