"""What a round is and what a project learns answer by themselves: nothing else compares their names."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import get_args

import pytest

import gal_studio
from gal_studio.assets import assets_folder
from gal_studio.core.types import Kind
from gal_studio.core.variants.registry import VARIANTS

PACKAGE = Path(gal_studio.__file__).parent
ROUNDS = frozenset(VARIANTS.names()), re.compile(r"(^|(?<!job)\.)kind$|variant\.name$")
PROJECTS = frozenset(get_args(Kind)), re.compile(r"(kind|taught\.name|get\('kind'\)|\['kind'\])$")
Compared = tuple[frozenset[str], re.Pattern[str]]
"""Names, and what may not be compared with them."""

EACH = pytest.mark.parametrize("of", [ROUNDS, PROJECTS], ids=["variants", "taught"])


def lines(code: str, of: Compared) -> Iterator[int]:
    names, asked = of
    for node in ast.walk(ast.parse(code)):
        if isinstance(node, ast.Compare):
            sides = [part for side in (node.left, *node.comparators) for part in _parts(side)]
            within = [one for side in sides for one in ast.walk(side)]
            named = any(isinstance(one, ast.Constant) and one.value in names for one in within)
            if named and any(asked.search(ast.unparse(one)) for one in sides):
                yield node.lineno


def _parts(side: ast.expr) -> list[ast.expr]:
    return list(side.elts) if isinstance(side, ast.Tuple | ast.List | ast.Set) else [side]


@pytest.mark.parametrize(
    ("code", "of"),
    [
        ('round_.kind == "refine"', ROUNDS),
        ('here.round.kind not in ("fine_tune", "instant")', ROUNDS),
        ('"instant" != kind', ROUNDS),
        ('here.round.variant.name == "refine"', ROUNDS),
        ('project.kind == "style"', PROJECTS),
        ('here.project.kind not in ("style", "other")', PROJECTS),
        ('"object" != kind', PROJECTS),
        ('form.get("kind") == "object"', PROJECTS),
        ('project.taught.name == "style"', PROJECTS),
    ],
)
def test_a_comparison_is_found(code: str, of: Compared) -> None:
    assert list(lines(code, of)) == [1]


def test_jobs_have_kinds_and_layers_a_style_of_their_own() -> None:
    assert not list(lines('one.job.kind == "fine_tune" or job.kind in ("refine", "generate")', ROUNDS))
    assert not list(lines('target == "style"', PROJECTS))


@EACH
def test_no_module_compares_them(of: Compared) -> None:
    named = re.compile(rf"""["']({"|".join(of[0])})["']""")
    texts = {path: path.read_text(encoding="utf-8") for path in sorted(PACKAGE.rglob("*.py"))}
    found = [
        f"{path.relative_to(PACKAGE)}:{line}"
        for path, text in texts.items()
        if named.search(text)
        for line in lines(text, of)
    ]
    assert not found, "ask gal_studio.core.variants or gal_studio.core.taught"


@EACH
def test_no_script_of_the_page_compares_them(of: Compared) -> None:
    words = re.compile(rf'(?<!job\.)(?<!job\?\.)\bkind\)?\s*[!=]==?\s*"({"|".join(of[0])})"')
    scripts = sorted((assets_folder() / "ui").rglob("*.js"))
    assert len(scripts) > 100
    found = [path.name for path in scripts if words.search(path.read_text(encoding="utf-8"))]
    assert not found, "the page gets the answers with its round, and by taughtIn of assets/ui/app/store.js"
    assert words.search(f'state.round?.kind === "{min(of[0])}"')
