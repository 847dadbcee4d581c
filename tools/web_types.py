"""Write the page's types from those of Python: `python -m tools.web_types [--check]`.

`gal_studio/ui/payloads/types` describes what the page sends and gets; this writes the same description as
TypeScript into `assets/ui/app/types/payloads*.d.ts`. A test compares them.
"""

import re
import sys
import types
from pathlib import Path
from typing import Annotated, Any, Literal, NotRequired, Union, get_args, get_origin

from typing_extensions import Doc, get_original_bases, is_typeddict

from gal_studio.ui.payloads.types import (
    answers,
    asked,
    basics,
    choices,
    form_answers,
    forms,
    measures,
    page,
    refinement,
    requests,
    work,
    write_answers,
)
from gal_studio.ui.payloads.types.marks import Ts

FOLDER = Path(__file__).resolve().parent.parent / "assets" / "ui" / "app" / "types"
FILES = {
    "payloads": (basics, page),
    "payloads_refinement": (refinement,),
    "payloads_work": (work,),
    "payloads_measures": (measures,),
    "payloads_choices": (choices,),
    "payloads_calls": (answers,),
    "payloads_form_answers": (form_answers,),
    "payloads_writes": (write_answers,),
    "payloads_forms": (forms,),
    "payloads_requests": (requests,),
    "payloads_asked": (asked,),
}
HEAD = "/** Written by tools/web_types.py from gal_studio/ui/payloads/types: change the types there. */"
WIDTH = 110
MORE = {
    "payloads": ('export type { Job, Queue, QueuedJob } from "./payloads_work.d.ts";', ""),
    "payloads_asked": (
        "/** A request whose ids may still be unset: the server refuses it then with a sentence. */",
        "export type Asked<T> = T extends (infer Item)[]",
        "  ? Asked<Item>[]",
        "  : T extends object",
        "    ? { [Key in keyof T]: Asked<T[Key]> | null | undefined }",
        "    : T;",
        "",
    ),
}
"""What is written at the end of a file."""
PLAIN = {str: "string", int: "number", float: "number", bool: "boolean", Any: "unknown", type(None): "null"}


class Writer:
    """Writes modules as TypeScript; knows in which file each name is."""

    def __init__(self) -> None:
        self.names = {name: file for file, modules in FILES.items() for name, _ in declared(modules)}
        self.aliases = [
            (value, name)
            for modules in FILES.values()
            for name, value in declared(modules)
            if not is_typeddict(value)
        ]

    def file(self, name: str) -> str:
        """The text of one file."""
        body = "\n".join(self._declaration(word, value) for word, value in declared(FILES[name]))
        used = {word for word in re.findall(r"\b[A-Z]\w+", re.sub(r"/\*\*.*?\*/", "", body, flags=re.S))}
        imports = []
        for other in FILES:
            words = sorted(word for word in used if self.names.get(word) == other and other != name)
            if words:
                imports.append(wrapped("import type {", words, f'}} from "./{other}.d.ts";'))
        return "\n".join([HEAD, "", *imports, *([""] if imports else []), body, *MORE.get(name, ())])

    def _declaration(self, name: str, value: Any) -> str:
        if not is_typeddict(value):
            text = f"export type {name} = {self.type(value, top=True)};\n"
            is_long = get_origin(value) is Literal and len(text) > WIDTH
            return self._long(name, value) if is_long else text
        base = next(iter(b for b in get_original_bases(value) if is_typeddict(b) and b is not value), None)
        inherited = base.__annotations__ if base else {}
        own = {key: hint for key, hint in value.__annotations__.items() if key not in inherited}
        head = f"export interface {name}{f' extends {base.__name__}' if base else ''}"
        lines = [comment(value.__doc__ or "", "")]
        fields = [self._field(key, hint, value.__total__) for key, hint in own.items()]
        if not fields:
            return "\n".join([*lines, f"export type {name} = Record<string, never>;\n"])
        return "\n".join([*lines, f"{head} {{", *fields, "}\n"])

    def _long(self, name: str, value: Any) -> str:
        parts = "\n".join(f"  | {self.type(Literal[word])}" for word in get_args(value))
        return f"export type {name} =\n{parts};\n"

    def _field(self, key: str, hint: Any, total: bool) -> str:
        optional = "" if total else "?"
        if get_origin(hint) is NotRequired:
            hint, optional = get_args(hint)[0], "?"
        said = [note.documentation for note in getattr(hint, "__metadata__", ()) if isinstance(note, Doc)]
        line = f"  {key}{optional}: {self.type(hint)};"
        return "\n".join([*(f"  /** {text} */" for text in said), line])

    def type(self, hint: Any, top: bool = False) -> str:
        """A type as TypeScript writes it; at the `top`, an alias is not replaced by its own name."""
        if not top and (known := next((name for value, name in self.aliases if value == hint), None)):
            return known
        origin, args = get_origin(hint), get_args(hint)
        if origin is Annotated:
            return next((note.text for note in args[1:] if isinstance(note, Ts)), None) or self.type(args[0])
        if origin is Literal:
            return " | ".join(f'"{word}"' for word in args)
        if origin in (Union, types.UnionType):
            return " | ".join(dict.fromkeys(self.type(one) for one in args))
        if origin is list:
            inside = self.type(args[0])
            return f"({inside})[]" if " | " in inside else f"{inside}[]"
        if origin is dict:
            if args == (str, Any):
                return "object"
            return f"Record<{self.type(args[0])}, {self.type(args[1])}>"
        if origin is tuple:
            return f"[{', '.join(map(self.type, args))}]"
        return PLAIN.get(hint) or str(hint.__name__)


def declared(modules: tuple[types.ModuleType, ...]) -> list[tuple[str, Any]]:
    """The names that these modules declare for TypeScript, with their types, in order."""
    found: dict[str, Any] = {}
    for module in modules:
        for name, value in vars(module).items():
            own = is_typeddict(value) and value.__module__ == module.__name__
            alias = name in getattr(module, "__all__", ()) or name in ALIASES.get(module, ())
            if own or alias:
                found[name] = value
    return list(found.items())


ALIASES = {page: ("Settings",)}


def comment(text: str, indent: str) -> str:
    """A docstring as a comment."""
    lines = [line.strip() for line in text.strip().splitlines()]
    whole = f"{indent}/** {lines[0]} */"
    if len(lines) == 1 and len(whole) <= WIDTH:
        return whole
    return "\n".join([f"{indent}/**", *(f"{indent} * {line}".rstrip() for line in lines), f"{indent} */"])


def wrapped(start: str, words: list[str], end: str) -> str:
    """A list of names in one line, or in a line each if that is too long."""
    line = f"{start} {', '.join(words)} {end}"
    return line if len(line) <= WIDTH else "\n".join([start, *(f"  {word}," for word in words), end])


def written() -> dict[Path, str]:
    """The text of every file."""
    writer = Writer()
    return {FOLDER / f"{name}.d.ts": writer.file(name) for name in FILES}


def main() -> int:
    """Write the files, or with `--check` say which of them are not up to date."""
    old = [path for path, text in written().items() if not path.exists() or path.read_text() != text]
    if "--check" in sys.argv:
        print("\n".join(f"{path.name} is not up to date: python -m tools.web_types" for path in old), end="")
        return int(bool(old))
    for path, text in written().items():
        path.write_text(text)
    return 0


if __name__ == "__main__":
    sys.exit(main())
