"""Every file, module and function that the documentation names exists."""

import ast
import re
from collections.abc import Iterator
from functools import cache
from itertools import pairwise
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "gal_studio"
DOCUMENTS = [
    ROOT / "README.md",
    ROOT / "CONTRIBUTING.md",
    *sorted((ROOT / "docs").rglob("*.md")),
]
PAGE = ROOT / "assets" / "ui"
FOLDERS = {path.name for base in (ROOT, PACKAGE, PAGE) for path in base.iterdir() if path.is_dir()}
CODE = re.compile(r"`([^`\n]+)`")
LINK = re.compile(r"\]\(([^)#\s]+)")
PATH = re.compile(r"[\w.-]+(?:/[\w.-]+)*/?")
NAME = re.compile(r"[A-Za-z_]\w*(?:\.\w+)?")
STARTED = re.compile(r"python3? -m ((?:benchmarks|gal_studio|tools)[\w.]*\b)")


@cache
def defined(file: Path) -> frozenset[str]:
    """The functions, classes, methods, fields and constants of a module: `name` and `Class.name`."""
    names = set[str]()
    for node in ast.parse(file.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            names.add(node.name)
        if isinstance(node, ast.ClassDef):
            members = [member.name for member in node.body if isinstance(member, ast.FunctionDef)]
            fields = [member.target for member in node.body if isinstance(member, ast.AnnAssign)]
            members += [field.id for field in fields if isinstance(field, ast.Name)]
            names |= {f"{node.name}.{member}" for member in members}
        targets = node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", None)]
        names |= {target.id for target in targets if isinstance(target, ast.Name)}
    return frozenset(names)


def module_file(parts: list[str]) -> Path | None:
    """The file of a module or package."""
    place = ROOT.joinpath(*parts)
    return next((path for path in (place.with_suffix(".py"), place / "__init__.py") if path.is_file()), None)


def exists(dotted: str) -> bool:
    """Whether `package.module`, `package.module.name` or `package.module.Class.name` is there."""
    parts = dotted.split(".")
    for end in range(len(parts), 0, -1):
        file = module_file(parts[:end])
        if file is not None:
            return end == len(parts) or ".".join(parts[end:]) in defined(file)
    return False


def place_of(code: str) -> Path | None:
    """The path that a piece of code names, from the root, the package, the page or the tests."""
    if "/" not in code or not PATH.fullmatch(code) or code.split("/")[0] not in FOLDERS:
        return None
    places = [base / code for base in (PACKAGE, PAGE, ROOT / "tests", ROOT)]
    return next((place for place in places if place.exists()), places[-1])


def rows(text: str) -> Iterator[tuple[Path, str]]:
    """(file or folder, name) of table rows that say where a function is: `path` | `name`, `name`."""
    for line in text.splitlines():
        cells = [CODE.findall(cell) for cell in line.split("|")] if line.startswith("|") else []
        for before, after in pairwise(cells):
            place = place_of(before[0]) if len(before) == 1 else None
            if place is not None and (place.is_dir() or place.suffix == ".py"):
                yield from ((place, name) for name in after if NAME.fullmatch(name))


def can_be_started(module: str) -> bool:
    """Whether `python -m` finds this module, or the program of this package."""
    place = ROOT.joinpath(*module.split("."))
    return place.with_suffix(".py").is_file() or (place / "__main__.py").is_file()


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_what_it_names_exists(document: Path) -> None:
    text = document.read_text(encoding="utf-8")
    links = [link for link in LINK.findall(text) if "://" not in link]
    missing = [link for link in links if not (document.parent / link).exists()]
    codes = set(CODE.findall(text))
    missing += [code for code in codes if (place := place_of(code)) and not place.exists()]
    missing += [code for code in codes if re.fullmatch(r"gal_studio(\.\w+)+", code) and not exists(code)]
    if "lab" not in document.parts:  # which names programs of its time: `test_named`
        missing += [name for name in STARTED.findall(text) if not can_be_started(name)]
    for place, name in rows(text):
        files = place.rglob("*.py") if place.is_dir() else [place]
        if not any(name in defined(file) for file in files):
            missing.append(f"{name} in {place.relative_to(ROOT)}")
    assert not missing
