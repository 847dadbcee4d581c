"""The glossary: words that people read, on the page, in commands, errors and documents.

A word is banned where a sentence has it, not where code names something: only strings with a space count, no
SQL and no docstrings. The help of commands and settings is read in docs/reference.md, which is made of it.
"""

import ast
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

ROOT = Path(__file__).parents[2]
BANNED = {
    r"pictures?": "image",
    r"(?:drawn|draws)": "generated",
    r"undecided": "uncertain",
    r"as asked": "matches its prompt",
    r"(?-i:no cop(?:y|ies))": "not a copy",
    r"carr(?:y|ies) (?:too little|enough|the|what|of it)": "shows",
    r"recipes?": "strength schedule",
    r"prior pictures?|class images?|prior.preservation": "regularization images",
    r"test set": "benchmark",
    r"Mind:": "Warning:",
    r"strangers?": "VLM raters",
    r"nothing to mend": "no further round needed",
    r"worth learning from": "good enough to train on",
    r"held back": "strength",
    r"(?:mean )?chance of a copy": "copy risk",
    r"as none": "not a copy",
    r"(?<!there )is no (?!longer|more|less|clear|better|worse|such)\w+": "is not a",
    r"anew": "again",
    r"lies (?:at|in|on|there|now|elsewhere)": "is at",
    r"(?:goes|go) on (?:from|with|where)": "continue",
    r"(?:tak(?:e|es|en|ing))(?: it| them| this| that)? back": "undo",
    r"(?:is|are) there already": "already exists",
    r"(?:puts?|tak(?:e|es|en)) (?:it |them )?aside": "archives",
    r"otherwise than": "differently from",
    r"one an? (?:line|round|prompt|image)": "one per line",
    r"Suggested by": "Selection strategy",
    r"the race": "adaptive",
    r"plain (?:prompts?|sampler)": "class prompt",
    r"passed over|answered suggestions?": "next in line; reviewed",
}
RULES = [(re.compile(rf"(?<![\w./`-])(?i:{word})(?![\w/`-])"), better) for word, better in BANNED.items()]
RULES += [(re.compile(r"× ?\.\d"), "0.85"), (re.compile(r"(?:\d|^) %(?!\w)"), "50%")]
BRITISH = {
    r"\w*(?:col|behavi|fav|flav|harb|hon|hum|lab|neighb|rum|arm|end?eav|vap|vig)our\w*": "-or",
    r"\w*(?:cent|theat|fib|lit|lust|calib|met|spect|scept)re[sd]?": "-er",
    r"(?:un)?licenc\w+|(?:de|of)fence\w*|pretence\w*": "-ense", r"practis\w+": "practice",
    r"\w*(?:al|an|ar|ard|as|at|er|ern|et|id|im|in|it|og|ogn|(?<!pr)om|on|or)is"
    r"(?:e[ds]?|ers?|ing|ations?)": "-iz-",
    r"(?:re)?(?:anal|paral|catal)ys(?:e[ds]?|ers?|ing)": "-yz-", r"centring": "centering",
    r"(?:cancel|chan+el|dial|equal|fuel|initial|label|level|marvel|model|pencil|signal|total|travel|tunnel)"
    r"l(?:ed|ing|ers?)": "-l-", r"(?:un)?(?:fulfil|enrol|instal|skilful)(?:s|ment)?": "-ll-",
    r"(?:judge|acknowledge)ments?": "judgment", r"(?:cata|dia|ana)logues?": "catalog, dialog, analog",
    r"gr(?:e)y(?:s|ed|er|ish|scale)?": "gray", r"programmes?": "program", r"artefacts?": "artifact",
    r"(?:to|after|back|down|up)wards": "toward, upward", r"amongst|whilst": "among, while",
    r"(?:un)?(?:learnt|burnt|spelt|dreamt|leant|spoilt)": "-ed", r"ageing|queueing": "aging, queuing",
    r"aeroplanes?|tyres?|cheques?|plough\w*|moulds?|storeys?": "airplane, tire, check, plow, mold, story",
    r"jewell\w+|moustaches?|pyjamas|cosy|alumini\w+|manoeuvr\w+|sceptic\w*|per cent": "American spelling",
}  # fmt: skip
"""British spellings and the American ones."""
OF_THEIR_TIME = {"CHANGELOG.md"}  # what is released keeps its spelling
SPELLING = [(re.compile(rf"(?<![\w./`])(?i:{word})(?![\w`])"), better) for word, better in BRITISH.items()]
SQL = re.compile(
    r"\b(?:SELECT|WHERE|REFERENCES|UPDATE|INSERT|DELETE FROM|PRIMARY KEY|JOIN|ORDER BY|NOT NULL)\b"
)
NOT_READ = {
    "gal_studio/core/gal/choices.py",  # the stored kinds of a choice
    "gal_studio/engine/__init__.py",  # the names of what it exports
}
STORED = {
    "other picture", "picture = pipeline(", "picture of prior ", "test set", "Picture",
    '{"picture": handle_file(path), "prompt": words}',
}  # fmt: skip
"""Stored words, the names of seeds and of fields, and Python for other programs."""
READ = [
    ROOT / "README.md",
    *sorted((ROOT / "docs").glob("*.md")),
    *sorted((ROOT / "docs" / "tutorials").glob("*.md")),
    *(ROOT / name for name in ("CONTRIBUTING.md", "CHANGELOG.md", "assets/LICENSES.md")),
    ROOT / "assets" / "pocket" / "MODEL_CARD.md",
    *sorted((ROOT / ".github").rglob("*.yml")),
]
"""Documents that have the words of the glossary; the lab keeps the words of its time."""


def python_strings(path: Path) -> Iterator[tuple[int, str]]:
    """The sentences in the strings of a module, and the help of a command."""
    nodes = list(ast.walk(ast.parse(path.read_text(encoding="utf-8"))))
    own = {id(node.value) for node in nodes if isinstance(node, ast.Expr)}  # docstrings
    for node in nodes:
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "ValueError":
            own |= {id(inside) for inside in ast.walk(node)}  # of programmers
        own |= {id(getattr(node, part, None)) for part in ("annotation", "returns")}  # names of types
    for node in nodes:
        said = node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""
        if is_read(said) and id(node) not in own and said not in STORED and not SQL.search(said):
            yield node.lineno, said  # type: ignore[attr-defined]


def is_read(said: str) -> bool:
    """Whether a string is for people: words, or a label of one word with a capital."""
    if "(?:" in said:  # a pattern
        return False
    return " " in said.strip() or re.fullmatch(r"[A-Z][a-z]+[.:]?", said) is not None


_JS = re.compile(r"//[^\n]*|/\*.*?\*/|\"(?:\\.|[^\"\\\n])*\"|[`{}]", re.S)
_TEMPLATE = re.compile(r"\\.|\$\{|`", re.S)
_CLASSES = re.compile(r"(?:class: |[sS]elector(?:All)?\(|closest\(|matches\()$")
_TAG = re.compile(r"<[^>]*>")
_SPOKEN = re.compile(r"(?:title|placeholder|aria-label|alt)=\"([^\"]*)\"")


class Said(NamedTuple):
    """A string of a module, from `start` to `end`, with 0 for what is filled in."""

    start: int
    end: int
    words: str


def strings_of(text: str) -> list[Said]:
    """The strings of a module of the page; of a template of HTML, its texts and what its attributes say."""
    found: list[Said] = []
    _code(text, 0, found, inside=False)
    return sorted(found)


def _code(text: str, at: int, found: list[Said], *, inside: bool) -> int:
    """Find strings from `at` on, up to the brace that closes what is filled in; where that ends."""
    depth = 0
    while token := _JS.search(text, at):
        start, at = token.span()
        if token.group() == "`":
            at = _template(text, start, found)
        elif token.group().startswith('"'):
            found.append(Said(start, at, token.group()[1:-1]))
        elif token.group() == "}" and inside and not depth:
            return at
        else:
            depth += {"{": 1, "}": -1}.get(token.group(), 0)
    return len(text)


def _template(text: str, start: int, found: list[Said]) -> int:
    at, words = start + 1, ""
    while token := _TEMPLATE.search(text, at):
        words += text[at : token.start()]
        at = token.end()
        if token.group() == "`":
            break
        words += "0" if token.group() == "${" else token.group()
        if token.group() == "${":
            at = _code(text, at, found, inside=True)
    if text.endswith("html", 0, start):
        read = [*_TAG.sub("<>", words).split("<>"), *_SPOKEN.findall(words)]
        found += [Said(start, at, " ".join(said.split())) for said in read]
    else:
        found.append(Said(start, at, words))
    return at


def page_strings(path: Path) -> Iterator[tuple[int, str]]:
    """The sentences in the strings of a module of the page."""
    text = path.read_text(encoding="utf-8")
    for start, _, said in strings_of(text):
        before = text[max(0, start - 20) : start]
        if is_read(said) and said not in STORED and not _CLASSES.search(before):
            yield text.count("\n", 0, start) + 1, said


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
        for rule, better in (*RULES, *(() if name in OF_THEIR_TIME else SPELLING))
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


def test_what_presets_say() -> None:
    path = ROOT / "assets" / "presets.json"
    presets = json.loads(path.read_text(encoding="utf-8"))["presets"]
    assert found_in(path, ((0, preset[word]) for preset in presets for word in ("title", "note"))) == []


def test_american_spelling_is_told_from_british() -> None:
    module = ROOT / "tests" / "docs" / "said.py"
    british = "colour Neighbouring licence centre recognised cancelled judgement catalogue towards"
    american = (
        "color license center recognized cancels judgment raise noise surprise promise four hour tour "
        "your source course expertise metric literal skill filled controlled genre acre rising forward"
    )
    found = found_in(module, ((0, word) for word in british.split()))
    assert [hit.split("'")[1] for hit in found] == british.split()
    assert found_in(module, ((0, word) for word in american.split())) == []


def test_the_rules_find_what_they_are_for(tmp_path: Path) -> None:
    name, module, page = ROOT / "tests" / "docs" / "said.py", tmp_path / "said.py", tmp_path / "said.js"
    module.write_text('label = "Pictures"\nkind = "picture"\nsaid = f"{share} % of it"\n')
    page.write_text(
        'button("Undecided"); state("undecided"); say(html`<i title="No recipe">${a} % of it</i>`);'
    )
    assert [said for _, said in python_strings(module)] == ["Pictures", " % of it"]
    assert len(found_in(name, python_strings(module))) == 2
    assert len(found_in(name, page_strings(page))) == 3
    assert found_in(name, iter([(1, "an accepted image is no longer here")])) == []
