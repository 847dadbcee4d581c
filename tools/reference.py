"""Write the reference of commands, project files and settings: `python -m tools.reference`.

docs/reference.md is made of what the program declares; a test says when it has to be made anew.
"""

import dataclasses
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, get_args, get_origin

from typer.core import TyperArgument, TyperGroup
from typer.main import get_command

from gal_studio.cli import app
from gal_studio.commands.run import KEYS
from gal_studio.core.settings import Settings
from gal_studio.core.settings_fields import value_words

PAGE = Path(__file__).resolve().parents[1] / "docs" / "reference.md"
HEAD = """# Reference

Made by `python -m tools.reference` from what the program declares: do not edit.

- [Commands](#commands)
- [Project file](#project-file)
- [Settings](#settings)
"""
SETTINGS_HEAD = """## Settings

The page shows most of them under *Advanced*; a project file sets them in `[settings.GROUP]`, as in
`[settings.tune]`. Defaults are those of the program; presets have others ([settings.md](settings.md)).
"""


def page() -> str:
    """The whole page."""
    parts = [HEAD, "## Commands\n", *_commands(), "## Project file\n", _keys(), SETTINGS_HEAD, *_settings()]
    return "\n".join(parts).rstrip() + "\n"


def _commands() -> Iterator[str]:
    root = get_command(app)
    assert isinstance(root, TyperGroup)
    yield from _command("gal-studio", root)
    for name in sorted(root.commands):
        if not root.commands[name].hidden:
            yield from _command(f"gal-studio {name}", root.commands[name])


def _command(called: str, command: Any) -> Iterator[str]:
    yield f"### {called}\n"
    yield f"{_line(command.help or '')}\n"
    rows = [_parameter(one) for one in command.params if not getattr(one, "hidden", False)]
    if rows:
        yield _table(("option", "meaning"), rows)


def _parameter(one: Any) -> tuple[str, ...]:
    names = str(one.metavar or one.name) if isinstance(one, TyperArgument) else ", ".join(one.opts)
    return f"`{names}`", _line(getattr(one, "help", None) or "")


def _keys() -> str:
    rows = [
        (f"`{name}`", f"{key.meaning}{f' (formerly `{key.former}`)' if key.former else ''}", key.default)
        for name, key in KEYS.items()
    ]
    return _table(("key", "meaning", "default"), rows)


def _settings() -> Iterator[str]:
    for group in dataclasses.fields(Settings):
        made: Any = group.default_factory
        yield f"### [settings.{group.name}]\n"
        rows = [_setting(f"{group.name}.{one.name}", one) for one in dataclasses.fields(made)]
        yield _table(("key", "label", "meaning", "values", "default"), rows)


def _setting(name: str, one: "dataclasses.Field[Any]") -> tuple[str, ...]:
    about = one.metadata
    default = "" if one.default is None else _value(one.default)
    label, note = about.get("label", ""), about.get("note", "")
    return f"`{one.name}`", label, note, _values(name, one.type, about), default


def _values(name: str, kind: object, about: Mapping[str, Any]) -> str:
    if (
        get_args(kind)
        and get_origin(kind) is not tuple
        and all(isinstance(one, str) for one in get_args(kind))
    ):
        return ", ".join(_value(one) for one in get_args(kind))
    if about.get("limits"):
        low, high = about["limits"]
        return f"{low:g} to {high:g}"
    if kind is bool:
        return "`true`, `false`"
    if about and (words := value_words(name)):
        return ", ".join(_value(one) for one in words)
    return ""


def _value(value: object) -> str:
    if isinstance(value, bool):
        return f"`{str(value).lower()}`"
    if isinstance(value, tuple):
        return f"`{list(value)}`"
    return f'`"{value}"`' if isinstance(value, str) else f"`{value}`"


def _table(head: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> str:
    lines = [head, tuple("---" for _ in head), *rows]
    return (
        "\n".join(f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in row)} |" for row in lines)
        + "\n"
    )


def _line(text: str) -> str:
    return " ".join(text.split())


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
