"""Join the page's modules into one file: a browser would ask for each of 200 by itself.

Each module keeps a scope of its own and its lines, which a source map names. This is no parser: it knows the
forms of import and export that the page has, and refuses others.
"""

import json
import posixpath
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

VENDOR = "vendor/"
_IMPORT = re.compile(r'^import (?:(\w+) from |\{([^}]*)\} from )?"(\.[^"]+)";', re.MULTILINE)
_EXPORT = re.compile(r"^export (?=((?:async )?function|const|class) (\w+))", re.MULTILINE)
_OTHER = re.compile(r'^(?:import\b(?!\()|export\b).*|.*\bawait import\(".*', re.MULTILINE)
_DIGITS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"


@dataclass(frozen=True)
class Module:
    """A module of the page: its text without imports and exports, what it imports, and what it exports.

    `imports` are paths with names as in `a: b, c`; `exports` say whether a name is a function.
    """

    name: str
    source: str
    text: str
    imports: tuple[tuple[str, str], ...]
    exports: Mapping[str, bool]

    @classmethod
    def read(cls, name: str, source: str) -> "Module":
        """Take a module apart; a ValueError for a form of import or export that is not known."""
        imports: list[tuple[str, str]] = []

        def without(found: re.Match[str]) -> str:
            whole, some, path = found.groups()
            names = f"default: {whole}" if whole else " ".join((some or "").split()).replace(" as ", ": ")
            imports.append((posixpath.normpath(posixpath.join(posixpath.dirname(name), path)), names))
            return "\n" * found.group().count("\n")

        exports = {found[2]: found[1].endswith("function") for found in _EXPORT.finditer(source)}
        text = _EXPORT.sub("", _IMPORT.sub(without, source)).rstrip("\n")
        if other := _OTHER.search(text):
            raise ValueError(f"{name}: {other.group()!r} is a form of import or export that is not joined")
        text = text.replace("import.meta.url", f'new URL("{name}", import.meta.url).href')
        return cls(name, source, text, tuple(imports), exports)

    @property
    def alone(self) -> str:
        """The module at its own address, for plug-ins: what it is in the joined file."""
        up = "../" * self.name.count("/") or "./"
        exports = f'export const {{ {", ".join(self.exports)} }} = modules["{self.name}"];'
        return f'import {{ modules }} from "{up}studio.js";\n{exports}\n'


@dataclass(frozen=True)
class Joined:
    """Modules in the order in which a browser would run them: each after those that it imports."""

    modules: Sequence[Module]

    @classmethod
    def of(cls, files: Mapping[str, bytes], first: str) -> "Joined":
        """What `first` needs of these files, libraries left out."""
        found: dict[str, Module | None] = {}

        def visit(name: str) -> None:
            if name in found or name.startswith(VENDOR):
                return
            found[name] = None
            module = Module.read(name, files[name].decode())
            for path, _ in module.imports:
                visit(path)
            del found[name]
            found[name] = module

        visit(first)
        return cls([one for one in found.values() if one])

    @cached_property
    def _lines(self) -> list[tuple[str, tuple[int, int] | None]]:
        """Each line of the file, with the module and the line in it that it comes from."""
        paths = dict.fromkeys(path for one in self.modules for path, _ in one.imports)
        known = {path: f"v{n}" for n, path in enumerate(p for p in paths if p.startswith(VENDOR))}
        lines: list[tuple[str, tuple[int, int] | None]]
        lines = [(f'import * as {name} from "./{path}";', None) for path, name in known.items()]
        lines.append(("export const modules = {};", None))
        by_name = {one.name: one for one in self.modules}
        for number, one in enumerate(self.modules):
            imported = "".join(_bound(path, names, known, by_name) for path, names in one.imports if names)
            lines.append((f'modules["{one.name}"] = (() => {{ {imported}', None))
            lines += [(text, (number, line)) for line, text in enumerate(one.text.split("\n"))]
            lines.append((f"return {{ {', '.join(one.exports)} }}; }})();", None))
            known[one.name] = f'modules["{one.name}"]'
        return lines

    @property
    def text(self) -> str:
        """One module that runs them all, and exports what they export as `modules`, by their names."""
        return "\n".join([*(text for text, _ in self._lines), "//# sourceMappingURL=studio.js.map", ""])

    @property
    def source_map(self) -> str:
        """Which line comes from where, for developer tools (ECMA-426)."""
        return json.dumps(
            {
                "version": 3,
                "sources": [one.name for one in self.modules],
                "sourcesContent": [one.source for one in self.modules],
                "names": [],
                "mappings": ";".join(self._mappings()),
            }
        )

    def _mappings(self) -> Iterator[str]:
        last = (0, 0)
        for _, place in self._lines:
            if place is None:
                yield ""
                continue
            yield "".join(map(_digits, (0, place[0] - last[0], place[1] - last[1], 0)))
            last = place


def _bound(path: str, names: str, known: Mapping[str, str], modules: Mapping[str, Module]) -> str:
    """What a module imports as constants; of one that runs later, functions that look there when called."""
    if path in known:
        return f"const {{ {names} }} = {known[path]}; "
    bound = ""
    for pair in filter(None, re.split(r",\s*", names)):
        name, _, here = pair.partition(": ")
        if not modules[path].exports.get(name):
            raise ValueError(f"{name} of {path} is imported in a circle, which only functions may be")
        bound += f'const {here or name} = (...given) => modules["{path}"].{name}(...given); '
    return bound


def _digits(number: int) -> str:
    """A whole number in base 64, the sign in the lowest bit, five bits a digit, the lowest first."""
    rest, digits = (-number << 1) | 1 if number < 0 else number << 1, ""
    while True:
        digit, rest = rest & 31, rest >> 5
        digits += _DIGITS[digit | (32 if rest else 0)]
        if not rest:
            return digits
