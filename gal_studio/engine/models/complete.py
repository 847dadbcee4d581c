"""Refuse a model with weights that its files did not fill, which the libraries would draw at random."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from torch.nn import Module

from gal_studio.core.errors import StudioError
from gal_studio.engine.families.family import Family, ModelFiles
from gal_studio.engine.saving import opened_tensors

_WRAPPERS = ("text_model.", "model.")  # with which versions of transformers begin the same names, or not


def check_complete(name: str, opened: Family, files: ModelFiles) -> None:
    """Compare the names of the weights with those in the files."""
    missing = next(_empty(opened), None) or next(_unfilled(opened, files), None)
    if missing:
        raise incomplete(name, f", such as {missing}")


def incomplete(name: str, example: str = "") -> StudioError:
    """The error for a model with missing weights."""
    return StudioError(
        f"The model {name} lacks tensors of its pipeline{example}: choose a complete file, and the pipeline "
        "that it was made for."
    )


def _empty(opened: Family) -> Iterator[str]:
    """Weights that diffusers left empty."""
    for part in opened.frozen_parts:
        yield from (name for name, weight in part.named_parameters() if weight.is_meta)


def _unfilled(opened: Family, files: ModelFiles) -> Iterator[str]:
    """Weights of text encoders that are not in the folder, which transformers draws at random."""
    components: dict[str, Any] = getattr(opened.pipeline, "components", {})
    for component, module in components.items():
        stored = _stored(files.folder / component)
        if isinstance(module, Module) and component.startswith("text_encoder") and stored:
            tied = getattr(module.config, "tie_word_embeddings", False)
            for name, _ in module.named_parameters():
                if _bare(name) not in stored and not (tied and name.startswith("lm_head.")):
                    yield f"{component}.{name}"


def _stored(folder: Path) -> set[str]:
    names: set[str] = set()
    for path in folder.glob("*.safetensors"):
        with opened_tensors(path) as file:
            names |= {_bare(name) for name in file.keys()}  # noqa: SIM118
    return names


def _bare(name: str) -> str:
    for wrapper in _WRAPPERS:
        name = name.removeprefix(wrapper)
    return name
