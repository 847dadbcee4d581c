"""docs/algorithms.md and the code agree on every equation."""

import ast
import inspect
import re
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / "docs" / "algorithms.md").read_text(encoding="utf-8")
SECTIONS = dict(re.findall(r"^#{3,4} ([GP]\d+):.*?\n(.*?)(?=^##|\Z)", TEXT, re.MULTILINE | re.DOTALL))
CITATION = re.compile(r"Eqs?\. ((?:[GP]\d+)(?:(?:, | and | to )[GP]\d+)*)")


def cited(text: str) -> set[str]:
    """The numbers that a text cites; "Eq. G2 to G4" cites three."""
    found = set[str]()
    for group in CITATION.findall(text):
        found |= set(re.findall(r"[GP]\d+", group))
        for letter, first, last in re.findall(r"([GP])(\d+) to [GP](\d+)", group):
            found |= {f"{letter}{number}" for number in range(int(first), int(last) + 1)}
    return found


def sources() -> Iterator[Path]:
    """All Python files of the project."""
    for folder in ("gal_studio", "tests", "tools", "workshop"):
        yield from (ROOT / folder).rglob("*.py")


def docstrings() -> Iterator[tuple[str, str]]:
    """Every function and class with its docstring, of the modules that cite an equation."""
    for path in (*(ROOT / "gal_studio").rglob("*.py"), *(ROOT / "workshop").rglob("*.py")):
        text = path.read_text(encoding="utf-8")
        for node in ast.walk(ast.parse(text)) if CITATION.search(text) else ():
            if isinstance(node, ast.FunctionDef | ast.ClassDef):
                yield f"{path.name}:{node.name}", ast.get_docstring(node) or ""


def test_every_cited_equation_is_explained() -> None:
    for path in sources():
        assert cited(path.read_text(encoding="utf-8")) <= set(SECTIONS), path


def test_every_equation_has_a_function_that_cites_it() -> None:
    assert set(SECTIONS) <= {number for _, text in docstrings() for number in cited(text)}


@pytest.mark.parametrize("number", sorted(SECTIONS))
def test_named_functions_exist_and_cite_their_equation(number: str) -> None:
    named = re.findall(r"`((?:gal_studio|workshop)\.[\w.]+)`", SECTIONS[number])
    assert named
    for name in named:
        parts = name.split(".")
        split = next(at for at in range(len(parts), 0, -1) if _is_module(".".join(parts[:at])))
        found = import_module(".".join(parts[:split]))
        owner, said = found, ""
        for part in parts[split:]:
            owner, found = found, getattr(found, part, None)
        if found is None:  # a field that is computed: its docstring follows it in the class
            after = inspect.getsource(owner).partition(f"\n    {parts[-1]}: ")[2]
            said = re.split(r"\n    \w+: ", after)[0]
        said += getattr(found, "__doc__", None) or ""
        if isinstance(found, type):  # a class may leave the citation to its methods
            said += "".join(method.__doc__ or "" for method in vars(found).values() if callable(method))
        assert number in cited(said), f"{name} does not cite Eq. {number}"


def _is_module(name: str) -> bool:
    path = ROOT.joinpath(*name.split("."))
    return path.is_dir() or path.with_suffix(".py").is_file()


def test_no_document_that_is_not_here_is_named() -> None:
    for path in (ROOT / "gal_studio").rglob("*.py"):
        for document in re.findall(r"[\w/-]+\.md\b", path.read_text(encoding="utf-8")):
            places = (ROOT / document, ROOT / "docs" / document, ROOT / "assets" / "pocket" / document)
            assert document == "README.md" or any(place.is_file() for place in places), f"{path}: {document}"
