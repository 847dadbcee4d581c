"""Weights in half precision that a pipeline has beside its plain ones, or instead of them."""

from collections.abc import Collection, Iterable
from pathlib import Path

HALF = "fp16"


def choose_variant(files: Iterable[str], components: Collection[str], half: bool) -> str | None:
    """The variant to load from files `component/name.safetensors`: "fp16", or None for the plain weights.

    It is chosen if a component has no plain weights, or if `half` is wanted and all components have it.
    """
    plain: set[str] = set()
    halved: set[str] = set()
    for file in files:
        component, _, name = file.partition("/")
        if component in components and name.endswith(".safetensors"):
            (halved if f".{HALF}." in name or f".{HALF}-" in name else plain).add(component)
    return HALF if halved - plain or (half and halved and halved >= plain) else None


def files_of(folder: Path) -> list[str]:
    """The files of a pipeline's components, as `component/name`."""
    return [path.relative_to(folder).as_posix() for path in folder.glob("*/*")]
