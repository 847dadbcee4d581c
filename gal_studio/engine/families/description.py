"""A model's description in its JSON files, and refusals of what is not supported before it is loaded."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from gal_studio.causes import in_folder
from gal_studio.core.errors import StudioError, first_line
from gal_studio.core.models.names import INDEXES
from gal_studio.json_files import check_plain_folder, index_in, read_json

_CONFIGURATIONS = ("config.json", "scheduler_config.json")


@dataclass(frozen=True)
class Description:
    """The JSON files of the pipeline `name`: `index` lists its components, `components` their configurations.

    A missing value means the default of the component's class, as in diffusers.
    """

    name: str
    index: Mapping[str, Any]
    components: Mapping[str, Mapping[str, Any]]

    def kind(self, component: str) -> str | None:
        """The class of a component; None if the pipeline has none."""
        listed = self.index.get(component)
        return listed[1] if isinstance(listed, list) and len(listed) == 2 else None

    def value(self, component: str, key: str, default: Any = None) -> Any:
        """A component's configuration value."""
        return self.components.get(component, {}).get(key, default)

    def changed(self, component: str, values: Mapping[str, Any]) -> "Description":
        """The description with other values in a component's configuration."""
        configuration = {**self.components.get(component, {}), **values}
        return replace(self, components={**self.components, component: configuration})

    def require(self, met: bool, has: str, supported: str) -> None:
        """Refuse the model unless the condition is met: what it has, and what is supported."""
        if not met:
            raise StudioError(f"The model {self.name} {has}: this version supports {supported}.")

    def require_class(self, component: str, *supported: str) -> None:
        """Refuse a component of another class, a missing one, and one without its configuration."""
        kind = self.kind(component)
        what = component.replace("_", " ")
        has = f"has {kind} as its {what}" if kind else f"has no {what}"
        self.require(kind in supported, has, " and ".join(supported))
        if not self.components.get(component):
            raise StudioError(
                f"The model {self.name} cannot be opened because the configuration of its {what} is "
                "missing: download it again."
            )

    def require_values(self, component: str, expected: Mapping[str, tuple[Any, ...]], what: str) -> None:
        """Refuse a component that sets one of these keys to another value than the listed ones."""
        for key, known in expected.items():
            value = self.value(component, key, known[0])
            self.require(value in known, f"has {what} with {key} = {value}", f"{key} = {known[0]} alone")

    def require_size(self, component: str, key: str, default: int, fitting: int) -> None:
        """Refuse a component whose size does not fit the pipeline's other components."""
        size = self.value(component, key, default)
        has = f"has a {component} with {key} = {size}, which does not fit its other parts"
        self.require(size == fitting, has, f"{fitting} there")


def plain_index(index: Mapping[str, Any]) -> dict[str, Any]:
    """The components as [library, class]; a modular pipeline also says where each is, beside it."""
    return {
        key: value[:2] if isinstance(value, list) and len(value) == 3 else value
        for key, value in index.items()
    }


def read_description(name: str, folder: Path) -> Description:
    """Read a pipeline directory's JSON files."""
    try:
        index = read_json(index_in(folder) or folder / INDEXES[0])
    except (OSError, ValueError) as error:
        raise StudioError(
            in_folder(folder, error)
            or f"{folder} is not an image model: a diffusers pipeline directory has a {INDEXES[0]}."
        ) from error
    check_plain_folder(folder)
    index = plain_index(index if isinstance(index, dict) else {})
    if outside := next((key for key in index if Path(key).name != key or "\\" in key), None):
        raise StudioError(
            f"The model {name} names a part outside of its folder ({outside[:40]!r}): download it again."
        )
    return Description(name, index, {key: _configuration(folder / key) for key in index})


def _configuration(folder: Path) -> Mapping[str, Any]:
    for file in _CONFIGURATIONS:
        try:
            found = read_json(folder / file)
        except (OSError, ValueError):
            continue
        return found if isinstance(found, dict) else {}
    return {}


def empty_part(description: Description, part: str) -> Any:
    """A component on the default device; None for schedulers, tokenizers and what is switched off."""
    import diffusers
    import torch
    import transformers

    listed = description.index[part]
    if not isinstance(listed, list) or len(listed) != 2:
        return None
    library, kind = listed
    configuration = dict(description.components.get(part, {}))
    found = getattr(diffusers if library == "diffusers" else transformers, str(kind), None)
    try:
        if library == "diffusers" and isinstance(found, type) and issubclass(found, torch.nn.Module):
            return found.from_config(configuration)  # type: ignore[attr-defined]
        if library == "transformers" and isinstance(found, type) and issubclass(found, torch.nn.Module):
            return found(found.config_class.from_dict(configuration))  # type: ignore[attr-defined]
    except Exception as error:  # the libraries raise many types for a wrong configuration
        raise StudioError(
            f"The size of {description.name} cannot be read, because the configuration of its {part} is "
            f"invalid ({first_line(error)})."
        ) from error
    return None
