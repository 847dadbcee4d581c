"""Repositories of the hub: their files at one commit, their licence, and where they are on this computer."""

import re
import shutil
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cached_property
from json import JSONDecodeError
from pathlib import Path
from typing import Any

from gal_studio.core.errors import StudioError
from gal_studio.core.models.reports import no_space
from gal_studio.engine.hub.refusals import not_the_hub, refusal

CARD = "README.md"
CONNECT_SECONDS = 5.0
ANSWER_SECONDS = 30.0
"""For each part of what the hub tells of a repository."""
LONGEST_PATH = 1000  # characters
_COMMIT = re.compile(r"[0-9A-Za-z_-]{1,64}")
MAIN = "main"


@dataclass(frozen=True)
class HubFile:
    """A file of a repository; `etag` names its content in the cache, and is its SHA-256 if it is large."""

    path: str
    size: int
    etag: str


@dataclass(frozen=True)
class HubRepository:
    """A repository at a commit, as the hub describes it."""

    name: str
    commit: str
    files: Mapping[str, HubFile]
    card: Mapping[str, Any] = field(repr=False)

    def some(self, paths: Iterable[str]) -> tuple[HubFile, ...]:
        """The files with these paths."""
        return tuple(self.files[path] for path in paths)


@dataclass(frozen=True)
class MissingFiles:
    """The files that a model needs of a repository; without any, all that is needed is on this computer."""

    name: str
    commit: str
    files: tuple[HubFile, ...] = ()
    licence: str = ""

    @cached_property
    def folder(self) -> Path:
        """The snapshot in the cache."""
        return snapshot(self.name, self.commit)

    @property
    def total(self) -> int:
        """Bytes of all files."""
        return sum(file.size for file in self.files)

    def done(self) -> int:
        """Bytes that are on this computer, those of unfinished files included."""
        return sum(self._done(file) for file in self.files)

    @property
    def is_met(self) -> bool:
        """Whether all files are on this computer."""
        return all((self.folder / file.path).exists() for file in self.files)

    def _done(self, file: HubFile) -> int:
        if (self.folder / file.path).exists():
            return file.size
        blob = storage(self.name) / "blobs" / file.etag
        for path in (blob, partial(blob)):
            if path.exists():
                return min(path.stat().st_size, file.size)
        return 0


def cache_folder() -> Path:
    """The library's cache, which all its programs share."""
    from huggingface_hub import constants

    return Path(constants.HF_HUB_CACHE)


def existing_folder() -> Path:
    """The cache's folder, or the nearest one above it that exists."""
    folder = cache_folder().absolute()
    return next(path for path in (folder, *folder.parents) if path.is_dir())


def check_space(missing: int) -> None:
    """Refuse to download more bytes than the disk of the cache has free."""
    free = shutil.disk_usage(existing_folder()).free
    if missing > free:
        raise StudioError(no_space(missing, free, str(cache_folder())))


def storage(name: str) -> Path:
    """The folder of a repository in the cache."""
    return cache_folder() / f"models--{name.replace('/', '--')}"


def snapshot(name: str, commit: str) -> Path:
    """The folder of a repository's files at a commit."""
    return storage(name) / "snapshots" / commit


def partial(blob: Path) -> Path:
    """An unfinished file, under the name that older versions of the library continue as well."""
    return blob.with_name(f"{blob.name}.incomplete")


def is_offline() -> bool:
    """Whether the library is switched to offline (HF_HUB_OFFLINE)."""
    from huggingface_hub import is_offline_mode

    return bool(is_offline_mode())


def is_reachable() -> bool:
    """Whether the hub answers within seconds; the libraries themselves retry for half a minute."""
    from huggingface_hub import constants, get_session

    if is_offline():
        return False
    try:
        get_session().head(constants.ENDPOINT, timeout=CONNECT_SECONDS)
    except Exception:  # what the library's HTTP client raises differs between its versions
        return False
    return True


def stored_commits(name: str) -> list[str]:
    """The commits of which files are on this computer: that of the main branch, then the newest."""
    main = ""
    with suppress(OSError):
        main = (storage(name) / "refs" / MAIN).read_text().strip()
    folders = (storage(name) / "snapshots").glob("*")
    return [one.name for one in sorted(folders, key=lambda one: (one.name != main, -one.stat().st_mtime))]


def read_repository(name: str, commit: str | None) -> HubRepository:
    """Ask the hub for a repository's files at a commit, by default the newest one."""
    from huggingface_hub import HfApi

    try:
        info = HfApi().model_info(name, revision=commit, timeout=ANSWER_SECONDS, files_metadata=True)
        files = {one.path: one for one in map(_file, info.siblings or ())}
        card = dict(info.card_data.to_dict() if info.card_data else {})
    except JSONDecodeError as error:
        raise not_the_hub(name, error.doc.encode()) from error
    except Exception as error:  # the library raises many types
        raise refusal(name, commit, error) from error
    if not info.sha:
        raise StudioError(f"The hub does not say which commit of {name} is the newest: try again later.")
    if not _COMMIT.fullmatch(str(info.sha)):  # it becomes the name of a folder
        raise StudioError(
            f"The hub names no commit of {name} ({str(info.sha)[:40]!r}): nothing is downloaded."
        )
    return HubRepository(name, info.sha, files, card)


def _file(one: Any) -> HubFile:
    """A file as the hub lists it; refused if its name leads out of the repository's folder."""
    path = str(one.rfilename)
    parts = path.split("/")
    if not path.isprintable() or len(path) > LONGEST_PATH or {"", ".", ".."} & set(parts) or "\\" in path:
        raise StudioError(
            f"The hub lists a file by a name that cannot be kept ({path[:40]!r}): give a folder with the "
            "model."
        )
    return HubFile(path, max(0, int(one.size or 0)), str(one.lfs.sha256 if one.lfs else one.blob_id))


def read_card(folder: Path) -> Mapping[str, Any]:
    """The metadata of the model card in a folder; empty if there is none."""
    from huggingface_hub import metadata_load

    try:
        return dict(metadata_load(folder / CARD) or {})
    except Exception:  # no card, or one that is not YAML
        return {}


def licence_of(card: Mapping[str, Any]) -> str:
    """The licence that a model card states; "" if it states none."""
    stated, name = card.get("license"), card.get("license_name")
    if isinstance(stated, list):
        stated = ", ".join(map(str, stated))
    if stated == "other" and name:
        stated = name
    return str(stated or "")
