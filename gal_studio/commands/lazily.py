"""The commands by name, each imported when it is used: a refused start does not wait for all of them."""

import importlib
from collections import UserDict
from collections.abc import Iterator
from typing import Any

import typer
from typer.core import TyperGroup

NAMES = (
    *(
        "demo",
        "run",
        "judge",
        "image-to-lora",
        "refine",
        "ask",
        "steps",
        "replay",
        "tune-vision",
        "start-from",
    ),
    *("export", "evaluate", "figures", "grid", "export-project", "import-project", "locate-model"),
    *("doctor", "jobs", "download"),
)
"""In the order of the help; a command is the function of its name in the module of its name."""
_OF_RESEARCH = frozenset({"replay", "evaluate", "figures", "grid"})


class LazyCommands(UserDict[str, Any]):
    """The commands of `NAMES`, and those that are there already."""

    def __getitem__(self, name: str) -> Any:
        """The command; its module is imported at first."""
        if name in NAMES and name not in self.data:
            module = name.replace("-", "_")
            folder = "research.commands" if name in _OF_RESEARCH else "commands"
            function = getattr(importlib.import_module(f"gal_studio.{folder}.{module}"), module)
            alone = typer.Typer(add_completion=False, rich_markup_mode=None)
            alone.command(name)(function)
            self.data[name] = typer.main.get_command(alone)
        return self.data[name]

    def __iter__(self) -> Iterator[str]:
        return iter((*NAMES, *(name for name in self.data if name not in NAMES)))

    def __len__(self) -> int:
        return len(tuple(iter(self)))

    def __contains__(self, name: object) -> bool:
        return name in tuple(iter(self))


class LazyGroup(TyperGroup):
    """A group whose commands are imported when they are used."""

    def __init__(self, **given: Any) -> None:
        super().__init__(**given)
        self.commands = LazyCommands(self.commands)
