"""Features of picture files, kept in a folder, so that an interrupted evaluation computes only the rest."""

import hashlib
import io
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, Generic, Protocol, TypeVar

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from gal_studio.state.files.content_store import write_whole
from gal_studio.state.files.errors import make_folder
from gal_studio.state.images.read import read_picture

BATCH_SIZE = 16  # pictures
Row = NDArray[np.float64]
Features = Mapping[Path, Row]


class ImageEmbedder(Protocol):
    """Embeds pictures as unit rows."""

    def images(self, pictures: Sequence[Image.Image]) -> NDArray[np.float64]:
        """The features of n pictures, (n, d)."""


class PromptEmbedder(ImageEmbedder, Protocol):
    """Embeds prompts as well."""

    def texts(self, prompts: Sequence[str]) -> NDArray[np.float64]:
        """The features of n prompts, (n, d)."""


M = TypeVar("M", bound=ImageEmbedder)


class FeatureFiles(Generic[M]):
    """One file for each picture or prompt and model, named by the digest of the picture's file.

    The model is loaded when a picture is embedded first, and not at all if every one was before.
    """

    def __init__(self, folder: Path, model: str, load: Callable[[], M]) -> None:
        self._folder = folder / hashlib.sha256(model_identity(model).encode()).hexdigest()[:16]
        self._load = load
        self._model: M | None = None

    @property
    def model(self) -> M:
        """The model, loaded."""
        self._model = self._model or self._load()
        return self._model

    def embed(self, paths: Sequence[Path], squash: int | None = None) -> Iterator[Features]:
        """Yield the features of a few pictures at a time; those on disk are read.

        With `squash`, each picture is first resized to that many pixels a side, whatever its shape.
        """
        wanted = list(dict.fromkeys(paths))
        for first in range(0, len(wanted), BATCH_SIZE):
            yield self._embed(wanted[first : first + BATCH_SIZE], squash)

    def _embed(self, paths: Sequence[Path], squash: int | None) -> dict[Path, Row]:
        how = "" if squash is None else f"squashed-{squash}-"
        files = {path: f"{how}{_digest(path.read_bytes())}.npy" for path in paths}
        known = {path: row for path, file in files.items() if (row := self._read(file)) is not None}
        for path in paths:
            if path not in known:  # one by one: the last bits of a row depend on its batch
                picture = read_picture(path)[0]
                picture = picture if squash is None else picture.resize((squash, squash))
                known[path] = self._keep(files[path], self.model.images([picture])[0])
        return known

    def prompt(self, prompt: str) -> Row | None:
        """The stored features of a prompt."""
        return self._read(f"prompt-{_digest(prompt.encode())}.npy")

    def keep_prompt(self, prompt: str, row: Row) -> Row:
        """Store the features of a prompt."""
        return self._keep(f"prompt-{_digest(prompt.encode())}.npy", row)

    def _keep(self, file: str, row: Row) -> Row:
        buffer = io.BytesIO()
        np.save(buffer, row, allow_pickle=False)
        make_folder(self._folder)
        write_whole(self._folder / file, buffer.getvalue(), self._folder)
        return row

    def _read(self, file: str) -> Row | None:
        """A stored row; None if it is missing or damaged."""
        with suppress(OSError, ValueError, EOFError):
            row = np.load(self._folder / file, allow_pickle=False)
            if row.ndim == 1 and np.isfinite(row).all():
                return np.asarray(row, dtype=np.float64)
        return None


def embed_pictures(
    files: FeatureFiles[Any], paths: Sequence[Path], squash: int | None = None
) -> Generator[int, None, Features]:
    """Embed pictures, as `FeatureFiles.embed`; yields how many at a time, at last returns their features."""
    found: dict[Path, Row] = {}
    for some in files.embed(paths, squash):
        found.update(some)
        yield len(some)
    return found


def embed_prompts(files: FeatureFiles[PromptEmbedder], prompts: Sequence[str]) -> dict[str, Row]:
    """The features of prompts; those on disk are read."""
    found = {}
    for prompt in dict.fromkeys(prompts):
        known = files.prompt(prompt)
        found[prompt] = (
            known if known is not None else files.keep_prompt(prompt, files.model.texts([prompt])[0])
        )
    return found


def model_identity(model: str) -> str:
    """The name of a model; for one in a folder, with the sizes and times of its files."""
    folder = Path(model.removeprefix("local-dir:")).expanduser()
    if not folder.is_dir():
        return model
    files = sorted(path for path in folder.iterdir() if path.is_file())
    return "\n".join(
        [model, *(f"{path.name} {path.stat().st_size} {path.stat().st_mtime_ns}" for path in files)]
    )


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
