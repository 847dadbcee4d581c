"""The glossary: words that people read, on the page, in commands, errors and documents.

A word is banned where a sentence has it, not where code names something: only strings with a space count, no
SQL and no docstrings. The help of commands and settings is read in docs/reference.md, which is made of it.
"""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
BANNED = {
    r"pictures?": "image",
    r"(?:drawn|draws)": "generated",
    r"undecided": "uncertain",
    r"as asked": "matches its prompt",
    r"no cop(?:y|ies)": "not a copy",
    r"carr(?:y|ies) (?:too little|enough|the|what|of it)": "shows",
    r"recipes?": "strength schedule",
    r"prior pictures?|class images?|prior.preservation": "regularization images",
    r"test set": "benchmark",
    r"passed over": "next in line or skipped",
    r"Mind:": "Warning:",
    r"strangers?": "VLM raters",
    r"nothing to mend": "no further round needed",
    r"worth learning from": "good enough to train on",
    r"held back": "strength",
}
RULES = [(re.compile(rf"(?<![\w./`-])(?:{word})(?![\w/`-])"), better) for word, better in BANNED.items()]
RULES += [(re.compile(r"× ?\.\d"), "0.85"), (re.compile(r"\d %(?!\w)"), "50%")]
SQL = re.compile(
    r"\b(?:SELECT|WHERE|REFERENCES|UPDATE|INSERT|DELETE FROM|PRIMARY KEY|JOIN|ORDER BY|NOT NULL)\b"
)
NOT_READ = {"gal_studio/core/gal/choices.py"}  # the stored kinds of a choice
STORED = {"other picture", "picture = pipeline(", "picture of prior ", "test set"}
"""Stored words, the names of seeds, and Python for other programs."""
READ = [
    ROOT / "README.md",
    *sorted((ROOT / "docs").glob("*.md")),
    *sorted((ROOT / "docs" / "tutorials").glob("*.md")),
]
"""Documents that have the words of the glossary; the lab keeps the words of its time."""


def python_strings(path: Path) -> Iterator[tuple[int, str]]:
    """The sentences in the strings of a module, and the help of a command."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    own = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}  # docstrings
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "ValueError":
            own |= {id(inside) for inside in ast.walk(node)}  # of programmers
    for node in ast.walk(tree):
        said = node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""
        if " " in said.strip() and id(node) not in own and said not in STORED and not SQL.search(said):
            yield node.lineno, said  # type: ignore[attr-defined]


_JS = re.compile(
    r"(?P<skip>//[^\n]*|/\*.*?\*/)|\"(?P<double>(?:\\.|[^\"\\\n])*)\"|`(?P<back>(?:\\.|[^`\\])*)`", re.S
)
_CLASSES = re.compile(r"(?:class: |[sS]elector(?:All)?\(|closest\(|matches\()$")


def page_strings(path: Path) -> Iterator[tuple[int, str]]:
    """The sentences in the strings of a module of the page."""
    text = path.read_text(encoding="utf-8")
    for found in _JS.finditer(text):
        said = found["double"] or re.sub(r"\$\{[^}]*\}", "0", found["back"] or "")
        before = text[max(0, found.start() - 20) : found.start()]
        if " " in said.strip() and said not in STORED and not _CLASSES.search(before):
            yield text.count("\n", 0, found.start()) + 1, said


def html_strings(path: Path) -> Iterator[tuple[int, str]]:
    """The text of a template, and what its attributes say."""
    text = re.sub(r"<!--.*?-->", "", path.read_text(encoding="utf-8"), flags=re.S)
    for said in re.findall(r">([^<]+)<|(?:title|placeholder|aria-label|alt)=\"([^\"]*)\"", text):
        yield 0, " ".join(said)


def document(path: Path) -> Iterator[tuple[int, str]]:
    """The lines of a document, without code, links and addresses."""
    text = re.sub(r"```.*?```|`[^`]*`|\]\([^)]*\)", "", path.read_text(encoding="utf-8"), flags=re.S)
    yield from enumerate(text.splitlines(), start=1)


def found_in(path: Path, strings: Iterator[tuple[int, str]]) -> list[str]:
    """What is banned in these strings, with the word to use."""
    name = path.relative_to(ROOT).as_posix()
    return [
        f"{name}:{line}: {hit[0]!r} in {said.strip()[:70]!r}: say {better!r}"
        for line, said in strings
        for rule, better in RULES
        if (hit := rule.search(said))
    ]


def test_what_the_program_says() -> None:
    paths = [path for path in (ROOT / "gal_studio").rglob("*.py")]
    read = [path for path in paths if path.relative_to(ROOT).as_posix() not in NOT_READ]
    assert [each for path in sorted(read) for each in found_in(path, python_strings(path))] == []


def test_what_the_page_says() -> None:
    page = ROOT / "assets" / "ui"
    scripts = [path for path in sorted(page.rglob("*.js")) if "vendor" not in path.parts]
    found = [each for path in scripts for each in found_in(path, page_strings(path))]
    found += [each for path in sorted(page.rglob("*.html")) for each in found_in(path, html_strings(path))]
    assert found == []


@pytest.mark.parametrize("path", READ, ids=lambda path: path.name)
def test_what_documents_say(path: Path) -> None:
    assert found_in(path, document(path)) == []


def test_the_rules_find_what_they_are_for(tmp_path: Path) -> None:
    module = ROOT / "tests" / "docs" / "said.py"
    said = ["No picture is as asked.", "LoRA × .7", "50 % of it", "an accepted image"]
    found = found_in(module, enumerate(said, start=1))  # type: ignore[arg-type]
    assert [each.split(":")[1] for each in found] == ["1", "1", "2", "3"]
