"""Write the types of the page's requests for TypeScript: `python -m tools.web_types`.

Every request (`gal_studio/ui/panels`) says by its signature what is asked and answered; this writes the same
as `tools/web/.types/payloads.d.ts`, for the checks of the page's JavaScript alone. `npm run types` does it.
"""

import dataclasses
import types
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal, NotRequired, Union, get_args, get_origin, get_type_hints

from typing_extensions import Doc, is_typeddict

from gal_studio.core.measures.pictures import Metric
from gal_studio.core.types import JobState, Kind, Verdict
from gal_studio.studio.views.json_types import Loss, Ts
from gal_studio.ui.api.polling import NewCandidates, all_parts
from gal_studio.ui.panels.everything import REQUESTS
from gal_studio.ui.payloads import Fact
from gal_studio.ui.payloads.projects import Settings
from gal_studio.ui.requests import Request

FILE = Path(__file__).resolve().parent / "web" / ".types" / "payloads.d.ts"
ALIASES = {
    "Fact": Fact, "JobState": JobState, "Loss": Loss, "Metric": Metric, "ProjectKind": Kind,
    "Settings": Settings, "Verdict": Verdict,
}  # fmt: skip
"""What has a name in TypeScript beside dataclasses and TypedDicts."""
PLAIN = {str: "string", int: "number", float: "number", bool: "boolean", Any: "unknown", type(None): "null"}
NOTHING = "Record<string, never>"
ASKED = """
/** A request whose ids may still be unset: the server refuses it then with a sentence. */
export type Asked<T> = T extends (infer Item)[]
  ? Asked<Item>[]
  : T extends object
    ? { [Key in keyof T]: Asked<T[Key]> | null | undefined }
    : T;
"""


class Writer:
    """Writes types as TypeScript, and remembers what it has declared on the way."""

    def __init__(self) -> None:
        self.declared: dict[str, str] = {}
        self._kinds: dict[str, Any] = {}

    def type(self, hint: Any, is_alias: bool = False) -> str:
        """A type as TypeScript writes it; the types in it are declared."""
        if not is_alias and (known := next((name for name, kind in ALIASES.items() if kind is hint), "")):
            return known
        origin, args = get_origin(hint), get_args(hint)
        if origin is Annotated:
            return next((note.text for note in args[1:] if isinstance(note, Ts)), "") or self.type(args[0])
        if origin is Literal:
            return " | ".join(f'"{word}"' for word in args)
        if origin in (Union, types.UnionType):
            return " | ".join(dict.fromkeys(map(self.type, args)))
        if origin is list or (origin is tuple and args[-1] is ...):
            return f"({self.type(args[0])})[]"
        if origin is tuple:
            return f"[{', '.join(map(self.type, args))}]"
        if origin is not None and issubclass(origin, Mapping):
            return "object" if args == (str, Any) else self._record(*args)
        return PLAIN.get(hint) or self._named(hint)

    def _record(self, key: Any, value: Any) -> str:
        record = f"Record<{self.type(key)}, {self.type(value)}>"
        return f"Partial<{record}>" if get_origin(key) is Literal and key != Kind else record

    def _named(self, kind: Any) -> str:
        name = kind.__name__.removesuffix("View")
        assert self._kinds.setdefault(name, kind) is kind, f"two types are called {name}"
        if name not in self.declared:
            self.declared[name] = ""
            self.declared[name] = f"{comment(kind.__doc__)}export interface {name} {self.fields(kind)}\n"
        return name

    def fields(self, kind: Any) -> str:
        """The fields of a dataclass or a TypedDict."""
        hints = get_type_hints(kind, include_extras=True)
        own = (
            [one.name for one in dataclasses.fields(kind)] if dataclasses.is_dataclass(kind) else list(hints)
        )
        total = not is_typeddict(kind) or kind.__total__
        lines = "".join(self._field(name, hints[name], total) for name in own)
        return f"{{\n{lines}}}"

    def _field(self, name: str, hint: Any, total: bool) -> str:
        optional = "" if total else "?"
        if get_origin(hint) is NotRequired:
            hint, optional = get_args(hint)[0], "?"
        said = [note.documentation for note in getattr(hint, "__metadata__", ()) if isinstance(note, Doc)]
        return f"{''.join(map(comment, said))}{name}{optional}: {self.type(hint)};\n"

    def table(self, name: str, rows: Mapping[str, str]) -> None:
        """An interface of types by name."""
        body = "".join(f"{key}: {kind};\n" for key, kind in rows.items())
        self.declared[name] = f"export interface {name} {{\n{body}}}\n"

    def question(self, request: Request) -> str:
        """What a request takes; a form has a name."""
        if request.question.__module__ != Request.__module__:
            return self._named(request.question)
        return self.fields(request.question) if request.question.__annotations__ else NOTHING

    def result(self, request: Request) -> str:
        """What it answers."""
        if request.only:
            return self.fields(request.result)
        return NOTHING if request.result is type(None) else self.type(request.result)


def comment(text: str | None) -> str:
    return f"/** {' '.join((text or '').split())} */\n"


def written() -> str:
    """The declarations of all requests."""
    writer = Writer()
    reads = {name: one for name, one in REQUESTS.items() if one.mode == "read"}
    writes = {name: one for name, one in REQUESTS.items() if name not in reads}
    for kind in (all_parts(), NewCandidates):
        writer.type(kind)
    for prefix, asked in (("", reads), ("Write", writes)):
        writer.table(f"{prefix}Requests", {name: writer.question(one) for name, one in asked.items()})
        writer.table(f"{prefix}Answers", {name: writer.result(one) for name, one in asked.items()})
    aliases = "".join(f"export type {name} = {writer.type(kind, True)};\n" for name, kind in ALIASES.items())
    return f'declare module "payloads" {{\n{aliases}{"".join(writer.declared.values())}{ASKED}}}\n'


if __name__ == "__main__":
    FILE.parent.mkdir(exist_ok=True)
    FILE.write_text(written(), encoding="utf-8")
