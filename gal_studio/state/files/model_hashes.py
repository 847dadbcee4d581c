"""The files of a local model and their hashes, by which it is known again elsewhere."""

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from gal_studio.causes import unread_folder
from gal_studio.core.errors import StudioError

_KINDS = (".safetensors", ".json", ".txt", ".model")
_BLOCK = 1 << 22  # bytes


@dataclass(frozen=True)
class FileHash:
    """The size of a file in bytes, and its SHA-256."""

    size: int
    sha256: str


Hashes = Mapping[str, FileHash]
"""The files of a model by their paths in its folder; "" names a model that is one file."""


def model_files(path: Path) -> dict[str, Path]:
    """The weights, configurations and tokenizers of a model, down to three levels; or the one file."""
    if path.is_file():
        return {"": path}
    found = (each for pattern in ("*", "*/*", "*/*/*") for each in sorted(path.glob(pattern)))
    inside = {each.relative_to(path): each for each in found if each.suffix in _KINDS and each.is_file()}
    return {
        name.as_posix(): file
        for name, file in inside.items()
        if not any(part.startswith(".") for part in name.parts)
    }


class ModelFolder:
    """A place where a model may lie. Each file is read once, however often it is compared."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._files = model_files(path)
        self._known: dict[str, str] = {}

    @property
    def size(self) -> int:
        """All bytes that are to be read for `hashes`."""
        return sum(file.stat().st_size for file in self._files.values())

    def read(self) -> Iterator[int]:
        """Hash all files; yields how many bytes are read."""
        done = 0
        for name in self._files:
            for count in self._hash(name):
                done += count
                yield done

    @property
    def hashes(self) -> dict[str, FileHash]:
        """The hashes of all files."""
        for _ in self.read():
            pass
        return {name: FileHash(file.stat().st_size, self._known[name]) for name, file in self._files.items()}

    def difference(self, known: Hashes) -> str:
        """What differs first from a known model, in words; "" if nothing does.

        Names and sizes are compared before contents. A further file counts where it may be opened in place of
        another one: weights beside weights.
        """
        for name in known:
            if name not in self._files:
                return f"it has no {name}" if name else "it is not a file"
        folders = {Path(name).parent for name in known if name.endswith(".safetensors")}
        for name in self._files:
            if name not in known and name.endswith(".safetensors") and Path(name).parent in folders:
                return f"it also has {name}"
        for name, wanted in known.items():
            size = self._files[name].stat().st_size
            if size != wanted.size:
                return f"{_its(name)} has {size:,} bytes, not {wanted.size:,}"
        for name, wanted in sorted(known.items(), key=lambda each: each[1].size):
            for _ in self._hash(name):
                pass
            found = self._known[name]
            if found != wanted.sha256:
                return f"{_its(name)} has other contents (SHA-256 {found[:12]}, not {wanted.sha256[:12]})"
        return ""

    def _hash(self, name: str) -> Iterator[int]:
        """Read a file, unless its hash is known; yields the bytes of each block."""
        if name in self._known:
            return
        digest = hashlib.sha256()
        try:
            with self._files[name].open("rb") as file:
                while block := file.read(_BLOCK):
                    digest.update(block)
                    yield len(block)
        except OSError as error:
            raise StudioError(unread_folder(self._files[name], error, "file", "check its disk")) from error
        self._known[name] = digest.hexdigest()


def _its(name: str) -> str:
    return f"its {name}" if name else "it"
