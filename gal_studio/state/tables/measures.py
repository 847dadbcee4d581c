"""The test set of a project: its prompts, and the pictures that rounds and the base model drew for it."""

import json
import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from gal_studio.core import checks, strict_json
from gal_studio.core.errors import StudioError
from gal_studio.core.measures.pictures import MeasuredPicture, MeasuredPrompt, Part, When
from gal_studio.core.recipe import AS_TRAINED, StoredRecipe
from gal_studio.core.records.candidate import Candidate
from gal_studio.core.types import Remark
from gal_studio.state.database.connection import Repository, record, row_of
from gal_studio.state.tables.candidates import copy_shift
from gal_studio.state.tables.projects import append_prompts, derived_id

SELECT_MEASURED = (
    "SELECT test_pictures.* FROM test_pictures JOIN test_prompts ON test_prompts.id = prompt_id "
    "LEFT JOIN rounds ON rounds.id = round_id WHERE test_prompts.project_id = :project "
    "AND (round_id IS NULL OR rounds.trained_as IS NULL OR rounds.trained_as = test_pictures.trained_as)"
)
"""What the base model and the present trainings of the rounds of a project drew."""
ORDER_MEASURED = "ORDER BY test_prompts.position, test_pictures.number, test_pictures.rowid"
LIKENESS = "likeness"
"""The name under which the likeness to the references is stored beside the scores of candidates."""
_FIELDS = (LIKENESS, "similarity_anchor", "similarity_reference")
"""The stored scores that are no further scores of a candidate."""
_PLACE = ("prompt_id", "round_id", "number", "drawn_by", "strength", "early_strength", "switch")
"""What tells stored pictures apart."""


@dataclass(frozen=True)
class HeldOutSet:
    """How the pictures of a test set are drawn, and when a round is measured without being asked.

    `seeds` is the number of pictures of each held-out and each accepted prompt.
    """

    seeds: int
    steps: int
    guidance_scale: float
    resolution: int | None
    measured: When = "auto"

    def __post_init__(self) -> None:
        """Check every value: how many pictures are planned depends on them."""
        checks.whole("Images of each benchmark prompt", self.seeds, 1, 100)
        checks.whole("Sampling steps", self.steps, 1, 1000)
        checks.real("Guidance scale", self.guidance_scale, 0.0, 100.0)
        checks.resolution("Image resolution", self.resolution)
        checks.one_of("When rounds are measured", self.measured, When)


@dataclass(frozen=True)
class NewMeasuredPicture:
    """A picture that has just been drawn for a prompt of the test set, with its scores by name.

    `drawn_by` tells the fast model or the speed LoRA; "" for the base model alone. `recipe` is the strength
    schedule of the round's LoRA.
    """

    prompt_id: str
    round_id: str | None
    number: int
    seed: int
    image: str
    scores: Mapping[str, float]
    remark: Remark
    trained_as: str
    drawn_by: str = ""
    recipe: StoredRecipe = AS_TRAINED


class Measures(Repository):
    """Reads and writes test sets."""

    def held_out_set(self, project_id: str) -> HeldOutSet | None:
        """The test set of a project; None before it was chosen."""
        row = self._database.row("SELECT * FROM test_sets WHERE project_id = ?", (project_id,))
        return None if row is None else record(HeldOutSet, row)

    def choose(self, project_id: str, chosen: HeldOutSet) -> None:
        """Store how the test set is drawn and when it is measured."""
        row = row_of("test_sets", chosen, project_id=project_id)
        self._database.insert("test_sets", row, instead="replace")

    def prompts(self, project_id: str) -> tuple[MeasuredPrompt, ...]:
        """All prompts of the test set in order, disabled ones included."""
        rows = self._database.rows(
            "SELECT * FROM test_prompts WHERE project_id = ? ORDER BY position, rowid", (project_id,)
        )
        return tuple(record(MeasuredPrompt, row, order=row["position"]) for row in rows)

    def add_prompts(self, project_id: str, part: Part, prompts: Sequence[str]) -> None:
        """Append prompts to a part; one that it has already is enabled again."""
        append_prompts(self._database, "test_prompts", {"project_id": project_id, "part": part}, prompts)

    def keep_only(self, project_id: str, part: Part, prompts: Sequence[str]) -> None:
        """Disable the other prompts of a part; their pictures stay."""
        self._database.write(
            "UPDATE test_prompts SET enabled = 0 WHERE project_id = ? AND part = ? AND enabled "
            "AND prompt NOT IN (SELECT value FROM json_each(?))",
            (project_id, part, json.dumps(list(prompts))),
        )

    def save(self, batch: Sequence[NewMeasuredPicture]) -> None:
        """Store pictures, each in the place of one of the same prompt, round, number, model and schedule."""
        with self._database.transaction() as writer:
            for new in batch:
                scores = json.dumps({name: float(value) for name, value in new.scores.items()})
                row = row_of("test_pictures", new, scores=scores, created=self._clock())
                self._database.delete("test_pictures", **{name: row[name] for name in _PLACE})
                how = [new.image, *filter(None, [new.drawn_by, new.recipe.words])]
                own = (new.prompt_id, new.round_id, new.number, *how)
                identity = derived_id(writer, "test_pictures", *own)
                self._database.insert("test_pictures", {"id": identity} | row)

    def pictures(self, project_id: str) -> tuple[MeasuredPicture, ...]:
        """All pictures of the test set that the base model and the present trainings of the rounds drew."""
        rows = self._database.rows(f"{SELECT_MEASURED} {ORDER_MEASURED}", {"project": project_id})
        shift = copy_shift(self._database, project_id)
        return tuple(measured_picture(row, shift) for row in rows)

    def image(self, picture_id: str) -> str:
        """The stored picture with this ID."""
        sql = "SELECT image FROM test_pictures WHERE id = ?"
        return str(self._database.row_by_id("picture", picture_id, sql)["image"])


def measured_picture(row: sqlite3.Row, copy_shift: float) -> MeasuredPicture:
    """A row of `SELECT_MEASURED`; the marks of the project move its chance (Eq. G16)."""
    (likeness, own, reference), scores = _stored_scores(row["scores"])
    candidate = record(
        Candidate, row, round_id="", anchor_id=row["prompt_id"], similarity_anchor=own,
        similarity_reference=reference, feature=None, x=None, y=None, created=0.0, own=False,
        marked_copy=None, mark_counts=False, more_scores=scores, copy_detectors="both", copy_shift=copy_shift,
        full=None,
    )  # fmt: skip
    return MeasuredPicture(row["prompt_id"], row["round_id"], candidate, likeness, drawn_by=row["drawn_by"])


@lru_cache(maxsize=4096)  # pictures are loaded anew with every mark, which changes no score
def _stored_scores(text: object) -> tuple[tuple[float, ...], Mapping[str, float]]:
    """The scores `_FIELDS` of a stored picture, and its others by name."""
    scores = strict_json.numbers(strict_json.stored(text))
    if lost := set(_FIELDS) - scores.keys():
        raise StudioError(f"A measured image has no {min(lost)}: measure its round again.")
    return tuple(scores.pop(name) for name in _FIELDS), scores
