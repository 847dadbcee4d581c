"""Load vision towers (Eq. P2): a CLIP's image tower, or a DINO-like model."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch

from gal_studio.causes import in_folder
from gal_studio.core.errors import StudioError
from gal_studio.core.patchdpo.patch_quality import Limits
from gal_studio.engine.features.clip import load_embedder
from gal_studio.engine.features.open_clip_source import LOCAL, embedder_needs
from gal_studio.engine.features.pretrained_vision import MIN_GRID
from gal_studio.engine.hub.models import is_directory
from gal_studio.engine.hub.needs import Revisions, transformers_model
from gal_studio.engine.hub.repository import MissingFiles
from gal_studio.engine.models.devices import choose_device
from gal_studio.engine.patches.backbones import Network, open_clip_network, transformers_network
from gal_studio.engine.patches.tower import PatchTower
from gal_studio.json_files import read_json

CLIP = "clip"
DESCRIPTION, WEIGHTS = "vision.json", "tower.safetensors"


def load_vision(
    name: str,
    clip_model: str,
    device: str | torch.device | None = None,
    revisions: Revisions | None = None,
) -> PatchTower:
    """Load `clip` (the image tower of `clip_model`), a tuned tower’s directory, or one of
    transformers, also as `local-dir:PATH`, or a hub ID; `revisions` pins hub models to the commit of their
    first use.
    """
    chosen, pinned = choose_device(device), {} if revisions is None else revisions
    if name == CLIP:
        return _tower(name, _clip_network(clip_model, chosen, pinned), chosen)
    folder = Path(name.removeprefix(LOCAL))
    if _is_saved(name, folder):
        return _saved_tower(name, folder, chosen, pinned)
    return _tower(name, transformers_network(name, chosen, pinned), chosen)


def vision_needs(name: str, clip_model: str, revisions: Mapping[str, str]) -> tuple[MissingFiles, ...]:
    """What a vision model needs from the hub; nothing for a directory, which is checked."""
    folder = Path(name.removeprefix(LOCAL))
    base = str(folder) if name.startswith(LOCAL) else name
    if _is_saved(name, folder):
        base = str(_read_card(folder)["base"])
        _check_base(base, folder)
    if base == CLIP:
        return embedder_needs(clip_model, revisions)
    if base.startswith(f"{CLIP}:"):
        return embedder_needs(_clip_beside(base, folder), revisions)
    if not is_directory(base):
        return (transformers_model(base, revisions),)
    if not (Path(base) / "config.json").is_file():
        raise StudioError(f"The directory {base} is not a vision model: it holds no config.json.")
    return ()


def _is_saved(name: str, folder: Path) -> bool:
    """Whether a folder has a tuned tower; what is called local and is no other model has to be."""
    named = name.startswith(LOCAL) and not (folder / "config.json").is_file()
    return named or (folder / DESCRIPTION).is_file()


def _tower(name: str, network: Network, device: torch.device) -> PatchTower:
    with torch.no_grad():
        blank = torch.zeros(1, 3, network.side, network.side, device=device)
        grids = [level.shape[-1] for level in network.maps(blank)]
    grid = grids[0] if len(grids) == 1 else network.side // 8
    return PatchTower(name, network, device, tuple(1 / len(grids) for _ in grids), max(MIN_GRID, grid))


def _clip_network(clip_model: str, device: torch.device, revisions: Revisions) -> Network:
    import open_clip

    embedder: Any = load_embedder(clip_model, device, revisions)
    return open_clip_network(clip_model, embedder.model, open_clip.get_model_preprocess_cfg(embedder.model))


def _saved_tower(name: str, folder: Path, device: torch.device, revisions: Revisions) -> PatchTower:
    """Load a tuned tower: its base network, then the tuned weights."""
    from gal_studio.engine.models.adapters import read_adapter

    card = _read_card(folder)
    try:
        base, mixture, grid = str(card["base"]), tuple(map(float, card["mixture"])), int(card["grid"])
        limits = _limits(card["limits"]) if card["limits"] else None
        shows_from = float(card["shows_from"]) if card.get("shows_from") else None
    except (ValueError, KeyError, TypeError) as error:
        raise _not_a_tower(folder) from error
    _check_base(base, folder)
    network = open_base(base, folder, device, revisions)
    tuned, _ = read_adapter(folder / WEIGHTS)
    try:
        unexpected = network.module.load_state_dict(tuned, strict=False).unexpected_keys
    except RuntimeError:  # the same names, but other shapes
        unexpected = list(tuned)
    if unexpected:
        raise StudioError(f"The weights in {folder} do not fit {base}: tune that model again.")
    return PatchTower(name, network, device, mixture, grid, limits, shows_from)


def _limits(stored: dict[str, Any]) -> Limits:
    return Limits(**{**stored, "lows": tuple(map(float, stored.get("lows", ())))})


def _read_card(folder: Path) -> dict[str, Any]:
    try:
        card = read_json(folder / DESCRIPTION)
        return {**card, "base": str(card["base"])}
    except (OSError, ValueError, KeyError, TypeError) as error:
        if said := in_folder(folder, error):
            raise StudioError(said) from error
        raise _not_a_tower(folder) from error


def _not_a_tower(folder: Path) -> StudioError:
    return StudioError(f"{folder} is not a vision model of GAL Studio: it needs {DESCRIPTION} and {WEIGHTS}.")


def open_base(base: str, folder: Path, device: torch.device, revisions: Revisions) -> Network:
    """Load the base network of a tuned tower: `clip:NAME` (an open_clip name) or a transformers model.

    Directories are relative to the tower's, so that both can be moved together.
    """
    if base.startswith(f"{CLIP}:"):
        return _clip_network(_clip_beside(base, folder), device, revisions)
    return transformers_network(base, device, revisions)


def _check_base(base: str, folder: Path) -> None:
    """Refuse a tuned tower whose base was a folder that is gone: only its description names that one."""
    name = _clip_beside(base, folder) if base.startswith(f"{CLIP}:") else base
    place = Path(name.removeprefix(LOCAL))
    if (name.startswith(LOCAL) or place.is_absolute()) and not place.exists():
        raise StudioError(
            f"The vision model {folder} was tuned from {place}, which is not on this computer, or has moved: "
            f"move it back, or write its new place as base into {folder / DESCRIPTION}."
        )


def _clip_beside(base: str, folder: Path) -> str:
    """The CLIP of the base `clip:NAME`; a directory is relative to the folder."""
    name = base.removeprefix(f"{CLIP}:")
    local = name.startswith(LOCAL)
    return f"{LOCAL}{(folder / name.removeprefix(LOCAL)).resolve()}" if local else name
