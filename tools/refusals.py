"""List the refusals that follow from an error of the system or a library: `python -m tools.refusals`.

Such an error has many causes: a full disk, missing rights, another program, a lack of memory, a library
that does not load. So a refusal asks the error before it blames a file, a model or the user: it shows what
was said, or passes it to `gal_studio.causes` and others that tell causes apart. `UNASKED` are those that
need not, and why. Of what is not there, `gal_studio.causes.missing` tells why (`LOOKED_FOR` need not).
"""

import ast
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

PACKAGE = Path(__file__).resolve().parents[1] / "gal_studio"
MANY = frozenset(
    {
        *(
            "BaseException",
            "Exception",
            "RuntimeError",
            "ImportError",
            "SubprocessError",
            "CalledProcessError",
        ),
        *("OSError", "PermissionError", "ConnectionError", "TimeoutError", "HTTPError", "URLError"),
        *("SafetensorError", "BadZipFile", "Error", "OperationalError", "DatabaseError"),
    }
)
"""Errors that have several causes; `FileNotFoundError` or `JSONDecodeError` have one."""
UNASKED: Mapping[str, str] = {
    "features/proposed_captions/server.py describe": "a server that is slow: what can be is listed",
    "json_files.py open_plain": "whether the path is a link is looked up",
    "patience.py killed_after": "`Thread.start` has one RuntimeError",
    "state/files/paths.py user_path": "`expanduser` has one RuntimeError",
    "ui/programs/endpoints.py call": "it is logged, and called a bug",
}
LOOKED_FOR: Mapping[str, str] = {
    "assets.py resolve_model": "part of the installation",
    "assets.py demo": "part of the installation",
    "assets.py _of_finished": "part of the installation",
    "commands/terminal/stored.py existing_workspace": "its folder is there, and can be opened",
    "features/trials/rules.py _refuse_unfit": "a file of the studio's own",
    "engine/features/pretrained_vision.py _check_folder": "its folder is there, and can be opened",
}
_PATH = re.compile(r"\.(is_file|is_dir|exists)\(")
_ABSENT = re.compile(r"[Tt]here is no |no such |is missing|is lost")


@dataclass(frozen=True)
class Place:
    """Where a refusal is raised: `file function`, what was caught or tested, and what asks for the cause."""

    name: str
    line: int
    after: str
    asks: tuple[str, ...]

    def __str__(self) -> str:
        return f"{self.name} ({self.line}), {self.after}: {', '.join(self.asks) or 'nothing is asked'}"


def places(folder: Path = PACKAGE) -> Iterator[Place]:
    """Every refusal below a folder that follows from an error with many causes, or from an absent path."""
    for path in sorted(folder.rglob("*.py")):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        for function, node in _in_functions(tree, ""):
            name = f"{path.relative_to(folder).as_posix()} {function}"
            if isinstance(node, ast.ExceptHandler) and MANY & set(_names(node.type)) and _raised(node.body):
                caught = ast.unparse(node.type) if node.type else "BaseException"
                yield Place(name, node.lineno, caught, tuple(sorted(_asking(node))))
            elif isinstance(node, ast.If) and _PATH.search(ast.unparse(node.test)):
                for each in node.body:
                    said = ast.unparse(each) if isinstance(each, ast.Raise) else ""
                    if "missing(" in said or _ABSENT.search(said):
                        asks = ("missing",) if "missing(" in said else ()
                        yield Place(name, each.lineno, ast.unparse(node.test), asks)


def unasked(found: Iterator[Place]) -> list[Place]:
    """Those that ask nothing, and are on no list of what need not."""
    return [one for one in found if not one.asks and one.name not in {**UNASKED, **LOOKED_FOR}]


def _in_functions(node: ast.AST, function: str) -> Iterator[tuple[str, ast.AST]]:
    """All nodes with the name of the innermost function around them."""
    for child in ast.iter_child_nodes(node):
        inside = child.name if isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef) else function
        yield inside, child
        yield from _in_functions(child, inside)


def _names(node: ast.AST | None) -> Iterator[str]:
    if node is None:
        yield "BaseException"
        return
    for each in ast.walk(node):
        if isinstance(each, ast.Name | ast.Attribute):
            yield each.id if isinstance(each, ast.Name) else each.attr


def _raised(body: list[ast.stmt]) -> bool:
    """Whether another error is raised or returned."""
    nodes = [each for statement in body for each in ast.walk(statement)]
    given = [each.value for each in nodes if isinstance(each, ast.Return) and each.value is not None]
    made = [called for each in given for called in ast.walk(each) if isinstance(called, ast.Call)]
    return any(isinstance(each, ast.Raise) and isinstance(each.exc, ast.Call) for each in nodes) or any(
        ast.unparse(each.func).endswith("Error") for each in made
    )


def _asking(handler: ast.ExceptHandler) -> set[str]:
    """What is done with the caught error, other than to name it after `from`."""
    found: set[str] = set()
    for statement in handler.body:
        causes = {id(each.cause) for each in ast.walk(statement) if isinstance(each, ast.Raise)}
        parents = {id(child): each for each in ast.walk(statement) for child in ast.iter_child_nodes(each)}
        for each in ast.walk(statement):
            if isinstance(each, ast.Name) and each.id == handler.name and id(each) not in causes:
                found.add(_use(parents.get(id(each))))
    return found - {""}


def _use(parent: ast.AST | None) -> str:
    if isinstance(parent, ast.Call):
        return ast.unparse(parent.func)
    if isinstance(parent, ast.Attribute):
        return f".{parent.attr}"
    return "" if isinstance(parent, ast.Raise) else "its text"


if __name__ == "__main__":
    print(*places(), sep="\n")
