"""What the documents promise: links that arrive, labels of the page, lengths, sources of numbers."""

import re
from functools import cache
from pathlib import Path

import pytest

from gal_studio.assets import load_preset, load_presets
from tools.preset_table import PAGE, filled
from tools.shapes.table import cell

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
README = ROOT / "README.md"
GENERATED = DOCS / "reference.md"
WRITTEN = [*sorted(DOCS.glob("*.md")), *sorted((DOCS / "tutorials").glob("*.md"))]
WRITTEN.remove(GENERATED)
CONTRIBUTING = ROOT / "CONTRIBUTING.md"
BLOCKS = re.compile(r"```.*?```|<!--.*?-->", re.DOTALL)


def words(text: str) -> int:
    """How many words a text has: what has a letter or a digit, without the signs of a table."""
    return sum(any(sign.isalnum() for sign in word) for word in text.split())


def plain(path: Path) -> str:
    """A document without its code."""
    return BLOCKS.sub("", path.read_text(encoding="utf-8"))


def test_the_documents_are_short() -> None:
    assert words(plain(README)) <= 1_100
    assert sum(words(plain(path)) for path in WRITTEN) <= 17_000
    assert words(plain(CONTRIBUTING)) <= 2_700
    assert sum(words(plain(path)) for path in (DOCS / "lab").rglob("*.md")) <= 15_000
    assert words((DOCS / "algorithms.md").read_text(encoding="utf-8")) <= 2_000


def slug(heading: str) -> str:
    """The anchor that a heading gets on a page of the repository."""
    text = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", heading).strip().lower()
    return re.sub(r"[^\w\- ]", "", text).replace(" ", "-")


@cache
def anchors(path: Path) -> frozenset[str]:
    """The anchors of a document."""
    return frozenset(map(slug, re.findall(r"^#+ (.*)$", plain(path), re.MULTILINE)))


@pytest.mark.parametrize("path", [README, CONTRIBUTING, *WRITTEN, GENERATED], ids=lambda path: path.name)
def test_links_arrive_at_a_heading(path: Path) -> None:
    links = re.findall(r"\]\(([^)#\s]*\.md|)#([^)\s]+)\)", plain(path))
    lost = [
        f"{file}#{anchor}"
        for file, anchor in links
        if anchor not in anchors((path.parent / file).resolve() if file else path)
    ]
    assert lost == []


@cache
def sources() -> str:
    """The program and the page, as they are written."""
    suffixes = {".py", ".js", ".html"}
    paths = (path for base in ("gal_studio", "assets/ui") for path in sorted((ROOT / base).rglob("*")))
    read = [path for path in paths if path.suffix in suffixes and "vendor" not in path.parts]
    return "\n".join(path.read_text(encoding="utf-8") for path in [*ROOT.glob("*.py"), *read])


def is_label(words_: str) -> bool:
    """Whether the page has this as a button, a setting or a heading, whole; an arrow may follow it."""
    return re.search(rf"[\"'>`]\s*{re.escape(words_)}(?: ›)?\s*[\"'<`$]", sources()) is not None


DATA = {"Bold outline cat", "Dotty teapot", "Pocket"}  # the demo and a preset
PROSE = {
    "No other program can run this small model", "Describe the surroundings", "Bold",
    "What the prompt leaves out is learned as part of the teapot",
}  # fmt: skip
PRESSED = [*sorted((DOCS / "tutorials").glob("*.md")), DOCS / "troubleshooting.md", DOCS / "settings.md"]


@pytest.mark.parametrize("path", [*PRESSED, README], ids=lambda path: path.name)
def test_what_is_pressed_is_on_the_page(path: Path) -> None:
    text = plain(path)
    if path == README:
        text = text[text.index("## Try it") : text.index("## What you get")] + text[text.index("## Ask") :]
    bold = {" ".join(found.split()) for found in re.findall(r"\*\*([^*]+)\*\*", text)}
    assert sorted(label for label in bold - DATA - PROSE if not is_label(label)) == []


def test_what_goes_wrong_is_said_like_this() -> None:
    rows = [line.split("|")[1] for line in plain(DOCS / "troubleshooting.md").splitlines() if "|" in line]
    said = [found for row in rows for found in re.findall(r"(?<!\*)\*([^*]+)\*", row)]
    missing = [
        part for one in said for part in one.split("…") if part.strip(" ,").lower() not in sources().lower()
    ]
    assert len(said) > 10 and [part for part in missing if part != "marks are wrong"] == []


def test_the_table_of_presets_is_that_of_the_program() -> None:
    text = PAGE.read_text(encoding="utf-8")
    assert filled(text) == text, "run python -m tools.preset_table"
    assert all(f"| `{preset.name}` |" in text for preset in load_presets())


def needed(name: str, *measures: str) -> str:
    """The smallest card for a preset, if these measures may be taken; "" if there is none."""
    cells = {size: cell(load_preset(name), "cuda", size) for size in (6, 8, 12, 16, 24)}
    refused = {"no:", "int8", "adam8", "px"} - set(measures)
    return next((f"{size} GB" for size, said in cells.items() if refused.isdisjoint(said.split())), "")


def test_the_memory_of_the_readme_is_planned() -> None:
    text = README.read_text(encoding="utf-8")
    rows = {
        cells[0]: cells[1:3]
        for line in text.splitlines()
        if len(cells := [part.strip() for part in line.strip("|").split("|")]) == 4
    }
    named = {title: one.name for title in rows for one in load_presets() if one.title.startswith(title)}
    assert len(named) == len(load_presets()) - 2, "all but the bundled one and the paper's"
    for title, name in named.items():
        whole, small = needed(name), needed(name, "int8")
        assert rows[title] == [whole, "" if small == whole else small], title
