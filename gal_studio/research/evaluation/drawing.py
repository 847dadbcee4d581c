"""Draw the pictures of an evaluation into a folder; those that are there are not drawn again."""

import io
import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from gal_studio.assets import resolve_model
from gal_studio.core.errors import StudioError
from gal_studio.core.models.places import placed
from gal_studio.core.settings import GenerationSettings
from gal_studio.core.types import Round
from gal_studio.engine.families.family import References
from gal_studio.engine.models.image_model import ImageModel, load_image_model
from gal_studio.engine.sampling.fused_adapter import drawing
from gal_studio.engine.sampling.sampler import DrawnBatch, DrawRequest, draw
from gal_studio.json_files import read_json
from gal_studio.state import Store
from gal_studio.state.files.content_store import write_whole
from gal_studio.state.files.errors import make_folder
from gal_studio.state.tables.projects import Project

DRAWN_AS = "drawn.json"


@dataclass(frozen=True)
class Wanted:
    """A picture to draw, and its file."""

    path: Path
    prompt: str
    seed: int


class RoundDrawer:
    """Draws with the rounds of projects; one model is open at a time, and only if something is missing."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._opened: tuple[object, ImageModel] | None = None

    def draw(
        self,
        project: Project,
        round_: Round | None,
        folder: Path,
        wanted: Sequence[Wanted],
        settings: GenerationSettings,
    ) -> Iterator[int]:
        """Draw what is missing of `wanted` with a round, or with the base model; yields how many were drawn.

        Refused if the folder has pictures that another round or other settings drew.
        """
        adapter = round_.adapter if round_ else None
        facts = {
            "base_model": project.base_model,
            "revisions": dict(self._store.projects.revisions(project.id)),
            "machine": project.settings.machine.essential,
            "seed": project.seed,
            "adapter": adapter,
            **facts_of_pictures(settings),
        }
        check_same(folder, facts)
        missing = [each for each in wanted if not each.path.is_file()]
        if not missing:
            return
        path = self._store.adapters.path(adapter) if adapter else None
        with drawing(self._model(project), path) as ready:
            yield from draw_into(folder, ready, missing, settings)

    def _model(self, project: Project) -> ImageModel:
        pinned = dict(self._store.projects.revisions(project.id))
        name = placed(project.base_model, self._store.places.of_project(project.id))
        wanted = name, project.settings.machine, pinned
        if self._opened is None or self._opened[0] != wanted:
            self._opened = None  # free its memory first
            model = load_image_model(
                resolve_model(name), revisions=dict(pinned), machine=project.settings.machine
            )
            self._opened = (wanted, model)
        return self._opened[1]


def draw_into(
    folder: Path,
    ready: ImageModel,
    missing: Sequence[Wanted],
    settings: GenerationSettings,
    given: References | None = None,
) -> Iterator[int]:
    """Draw these pictures and save each batch; yields how many were drawn."""
    requests = [DrawRequest(each.prompt, each.seed) for each in missing]
    with closing(draw(ready, requests, settings, given)) as events:  # type: ignore[type-var]
        for event in events:
            if isinstance(event, DrawnBatch):
                for place, image in enumerate(event.images, start=event.first):
                    _save_picture(missing[place].path, image, folder)
                yield len(event.images)


def facts_of_pictures(settings: GenerationSettings) -> dict[str, Any]:
    """The settings that change a picture."""
    facts = asdict(settings)
    how = {name: facts[name] for name in ("steps", "guidance_scale", "resolution")}
    return how | ({"guided": settings.guidance_words.strip()} if settings.guidance_words else {})


def check_same(folder: Path, facts: Mapping[str, Any]) -> None:
    """Refuse a folder of pictures that were drawn in another way; write how those of a new one are drawn."""
    card = folder / DRAWN_AS
    if card.is_file():
        before = None
        with suppress(OSError, ValueError):
            before = read_json(card)
        if not _is_same(before, facts):
            raise StudioError(
                f"{folder} has pictures drawn by another round or with other settings: delete it, or "
                "give another folder with --out."
            )
        return
    make_folder(folder)
    write_whole(card, f"{json.dumps(facts, indent=2)}\n".encode(), folder)


def _is_same(before: object, facts: Mapping[str, Any]) -> bool:
    """Whether a card tells the same; pins of models that were loaded only later do not count."""
    if not isinstance(before, dict) or not isinstance(before.get("revisions"), dict):
        return False
    pinned = {**facts["revisions"], **before["revisions"]}
    agrees = all(pinned[model] == revision for model, revision in facts["revisions"].items())
    return agrees and {**before, "revisions": {}} == {**facts, "revisions": {}}


def _save_picture(path: Path, image: Any, folder: Path) -> None:
    """Write a picture as PNG, whole or not at all."""
    buffer = io.BytesIO()
    image.save(buffer, "PNG")
    write_whole(path, buffer.getvalue(), folder)
