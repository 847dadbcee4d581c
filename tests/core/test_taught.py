"""What a project learns answers by itself: nothing else asks whether it is a style or an object."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import get_args

import pytest

import gal_studio
from gal_studio.assets import assets_folder
from gal_studio.core.errors import StudioError
from gal_studio.core.taught.registry import TAUGHT, find_taught
from gal_studio.core.types import Kind

PACKAGE = Path(gal_studio.__file__).parent
NAMES = frozenset(get_args(Kind))


def _compared(tree: ast.AST) -> Iterator[int]:
    """The lines on which `kind` of anything, or the name of what is taught, is compared with a name."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Compare):
            sides = [node.left, *node.comparators]
            if any(map(_is_name, sides)) and any(map(_is_kind, sides)):
                yield node.lineno


def _is_name(side: ast.expr) -> bool:
    return any(isinstance(one, ast.Constant) and one.value in NAMES for one in ast.walk(side))


def _is_kind(side: ast.expr) -> bool:
    return ast.unparse(side).endswith(("kind", "taught.name", "get('kind')", "['kind']"))


@pytest.mark.parametrize(
    "code",
    [
        'project.kind == "style"',
        'here.project.kind not in ("style", "other")',
        '"object" != kind',
        'form.get("kind") == "object"',
        'project.taught.name == "style"',
    ],
)
def test_a_comparison_is_found(code: str) -> None:
    assert list(_compared(ast.parse(code))) == [1]


def test_layers_have_a_style_of_their_own() -> None:
    assert not list(_compared(ast.parse('target == "style"')))


def test_no_module_compares_what_a_project_learns() -> None:
    named = re.compile(rf"""["']({"|".join(NAMES)})["']""")
    texts = {path: path.read_text(encoding="utf-8") for path in sorted(PACKAGE.rglob("*.py"))}
    found = [
        f"{path.relative_to(PACKAGE)}:{line}"
        for path, text in texts.items()
        if named.search(text)
        for line in _compared(ast.parse(text))
    ]
    assert not found, "ask what is taught (gal_studio.core.taught)"


def test_each_kind_that_is_stored_has_its_answers() -> None:
    assert TAUGHT.names() == get_args(Kind)
    with pytest.raises(StudioError, match=re.escape("choose one of style, object")):
        find_taught("place")


def test_no_script_of_the_page_compares_what_a_project_learns() -> None:
    words = re.compile(rf'\bkind\)?\s*[!=]==?\s*"({"|".join(NAMES)})"')
    scripts = sorted((assets_folder() / "ui").rglob("*.js"))
    assert len(scripts) > 100
    found = [path.name for path in scripts if words.search(path.read_text(encoding="utf-8"))]
    assert not found, "ask what is taught (taughtIn of assets/ui/app/store.js)"
    assert words.search('state.project?.kind === "style"')
