"""What is found out about a project's models before it is created: support, licence, commit and size."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from gal_studio.core.errors import StudioError
from gal_studio.core.jobs.kinds import bytes_in_words
from gal_studio.core.memory.machine import Precision
from gal_studio.core.settings import Method, Target


@dataclass(frozen=True)
class ModelNames:
    """The names of a project's models, and the precision in which the base model is held.

    `start_from` is the file of a LoRA from elsewhere, or ""; what it has to fit are method, target and rank.
    Its changes of a text encoder are refused unless the start is `without_text_encoder`. `adapter` is the
    image adapter, `native` or "". `fast_model` and `speed_lora` are what images are generated with, or "".
    """

    base_model: str
    clip_model: str
    vision_model: str
    precision: Precision = "auto"
    start_from: str = ""
    method: Method = "lora"
    target: Target = "all"
    rank: int = 1
    adapter: str = ""
    without_text_encoder: bool = False
    fast_model: str = ""
    speed_lora: str = ""


@dataclass(frozen=True)
class ModelReport:
    """What is known of the model in a `field` of `ModelNames`; a `refusal` says why it cannot be used.

    `notes` are what a person should know of one that can be.

    One of the hub has a `repository`, a `commit`, a `licence` ("" if its card states none), the
    `address` of its page, and `missing` of `total` bytes that are still to be downloaded.
    """

    field: str
    name: str
    refusal: str = ""
    repository: str = ""
    commit: str = ""
    licence: str = ""
    address: str = ""
    total: int = 0
    missing: int = 0
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class ModelReports:
    """The reports of all models of a project, and the folder of the cache with its free bytes."""

    models: tuple[ModelReport, ...] = ()
    folder: str = ""
    free: int = 0

    @classmethod
    def of_json(cls, given: Mapping[str, Any]) -> "ModelReports":
        """Read what a process has sent."""
        models = tuple(
            ModelReport(**{**one, "notes": tuple(one.get("notes", ()))}) for one in given["models"]
        )
        return cls(models, str(given["folder"]), int(given["free"]))

    @property
    def missing(self) -> int:
        """The bytes to download; a repository that two models need counts once."""
        return sum({one.repository: one.missing for one in self.models if one.repository}.values())

    @property
    def pins(self) -> Mapping[str, str]:
        """The commit of each repository."""
        return {one.repository: one.commit for one in self.models if one.repository}

    @property
    def problem(self) -> str:
        """Why the models cannot be used; "" if they can."""
        refusals = [one.refusal for one in self.models if one.refusal]
        if refusals:
            return refusals[0]
        if self.missing <= self.free:
            return ""
        return no_space(self.missing, self.free, self.folder)

    @property
    def notes(self) -> tuple[str, ...]:
        """What a person should know of models that can be used."""
        return tuple(note for one in self.models for note in one.notes)

    def check(self) -> None:
        """Refuse models that cannot be used."""
        if self.problem:
            raise StudioError(self.problem)


def no_space(missing: int, free: int, folder: str) -> str:
    """The sentence for models that do not fit on the disk of the cache's folder."""
    return (
        f"The models need {bytes_in_words(missing)} in {folder}, and {bytes_in_words(free)} are free: free "
        "some space, or set HF_HOME to a folder on a larger disk before the studio starts."
    )
