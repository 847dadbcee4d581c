"""Which tests a change needs: those of what it touched, found by names and by imports.

python launch.py --check --changed     (since the branch left main, with what is not committed; most changes
                                        of one feature take less than six minutes)
python -m tools.changed                (prints the tests that would run)

- A module: the test of its name (`gal_studio/studio/verbs/x.py`: `tests/studio/verbs/test_x.py`), or all of
  that folder if there is none; the tests that import it; and those named after a module that imports it.
- A file of the page: in a browser, the tests named after its file or its nearest folder, and those of a
  first use. Lint, types and unit tests of the page run if one of its files changed.
- A test, or what tests import: itself, or the tests that import it; a `conftest.py`: its folder.
- Documents: `tests/docs`. Presets and the other lists of `assets`: those and `tests/test_assets.py`. Other
  files: nothing beside what always runs, `ALWAYS`.
- Engine, research and page are parts with walls (`PARTS`): a change of one needs tests of that part alone.
  So a change of the page trains no family, and one of the engine opens no page.

Lint, types, import contracts and sizes of files are checked as always. Before a change is merged the whole
check runs.
"""

import re
import subprocess
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path, PurePosixPath

import grimp

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = "gal_studio"
ALWAYS = (
    "tests/ui/test_statements.py",
    "tests/workspace/test_one_way_to_read.py",
    "tests/docs/test_words.py",
    "tests/docs/test_reference.py",
)
"""Rules of the whole project that hold in every file, and take seconds."""
PARTS = {"gal_studio/engine/": "tests/engine/", "gal_studio/research/": "tests/research/"}
"""The folders that are a part each, by contract, and those of their tests."""
FIRST_USE = "tests/ui/browser/rounds/test_first_use.py"
IMPORTED = re.compile(r"^\s*(?:from ([\w.]+) import \(?([^)#\n]*)|import ([\w.]+))", re.MULTILINE)


def changed(root: Path = ROOT) -> list[str]:
    """The files that differ from where the branch left main, and those that Git does not know yet."""

    def lines(*words: str) -> list[str]:
        told = subprocess.run(["git", *words], cwd=root, capture_output=True, text=True, check=False)
        return told.stdout.split("\n")[:-1] if told.returncode == 0 else []

    (base, *_) = [*lines("merge-base", "HEAD", "main"), *lines("merge-base", "HEAD", "origin/main"), "HEAD"]
    return sorted({*lines("diff", "--name-only", base), *lines("ls-files", "--others", "--exclude-standard")})


def needed_by(files: Iterable[str], root: Path = ROOT) -> list[str]:
    """The test files that these files need, as paths in the repository; every one exists."""
    found = {*ALWAYS}
    for name in files:
        own = next((tests for part, tests in PARTS.items() if name.startswith(part)), "")
        found.update(test for test in _needed(PurePosixPath(name), root) if test.startswith(own))
    return sorted(name for name in found if (root / name).is_file())


def _needed(file: PurePosixPath, root: Path) -> Iterator[str]:
    match file.parts[0], file.suffix:
        case "tests", ".py" if file.name.startswith("test_"):
            yield str(file)
        case "tests", ".py":
            yield from (
                _in(root, file.parent) if file.name == "conftest.py" else _importing(root, {_module(file)})
            )
        case "gal_studio", ".py":
            own = _mirror_of(_module(file))
            yield from [own] if (root / own).is_file() else _in(root, _mirror(root, file.parent))
            yield from _importing(root, {_module(file)})
            for other in _importers(_module(file)):
                yield _mirror_of(other)
        case (("tools" | "workshop"), ".py"):
            yield from _importing(root, {_module(file)})
        case "assets", _ if file.parts[1] == "ui":
            yield from _of_page(root, file)
        case "assets", ".json":
            yield "tests/test_assets.py"
            yield from _in(root, PurePosixPath("tests/docs"))
        case _, ".md":
            yield from _in(root, PurePosixPath("tests/docs"))
        case _, _ if len(file.parts) == 1:
            yield from ("tests/test_launch.py", "tests/test_installer.py")


def of_page(files: Iterable[str]) -> bool:
    """Whether the checks of the page's JavaScript and CSS are needed."""
    return any(name.startswith(("assets/ui/", "tests/web/", "tools/web")) for name in files)


def _module(file: PurePosixPath) -> str:
    return ".".join(file.with_suffix("").parts).removesuffix(".__init__")


def _mirror_of(module: str) -> str:
    """`tests/studio/verbs/test_x.py` of `gal_studio.studio.verbs.x`."""
    folders, _, name = module.removeprefix(f"{PACKAGE}.").replace(".", "/").rpartition("/")
    return PurePosixPath("tests", folders, f"test_{name}.py").as_posix()


def _in(root: Path, folder: PurePosixPath) -> list[str]:
    return [path.relative_to(root).as_posix() for path in sorted((root / folder).glob("test_*.py"))]


def _mirror(root: Path, folder: PurePosixPath) -> PurePosixPath:
    """The folder of tests of a folder of the package, or that of the nearest one above it that has some."""
    while len(folder.parts) > 1:
        mirror = PurePosixPath("tests", *folder.parts[1:])
        if _in(root, mirror):
            return mirror
        folder = folder.parent
    return PurePosixPath("tests")


def _importing(root: Path, modules: set[str]) -> list[str]:
    """The test files that import one of these modules, also by way of what helps them."""
    imports = _imports(root)
    wanted, found = set(modules), set[str]()
    while new := [name for name, taken in imports.items() if name not in found and taken & wanted]:
        found.update(new)
        wanted = {
            _module(PurePosixPath(name)) for name in new if not PurePosixPath(name).name.startswith("test_")
        }
    return sorted(name for name in found if PurePosixPath(name).name.startswith("test_"))


@cache
def _imports(root: Path) -> dict[str, set[str]]:
    """What each file of the tests imports: modules, and what may be a module or a name in one."""
    found = {}
    for path in (root / "tests").rglob("*.py"):
        taken: set[str] = set()
        for source, names, alone in IMPORTED.findall(path.read_text(encoding="utf-8")):
            taken |= {
                source or alone,
                *(f"{source}.{name.split()[0]}" for name in names.split(",") if name.strip()),
            }
        found[path.relative_to(root).as_posix()] = taken
    return found


@cache
def _graph() -> grimp.ImportGraph:
    return grimp.build_graph(PACKAGE)


def _importers(module: str) -> set[str]:
    graph = _graph()
    return graph.find_modules_that_directly_import(module) if module in graph.modules else set()


def _of_page(root: Path, file: PurePosixPath) -> Iterator[str]:
    """The tests in a browser of the nearest part of a path that has some, and those of a first use."""
    tests = root / "tests"
    yield FIRST_USE
    for part in (file.stem, *reversed(file.parts[2:-1])):
        named = (path for path in tests.rglob(f"test_{part}.py") if "browser" in path.parts)
        own = tests.rglob(f"features/{part}/browser/test_*.py")
        files = [*named, *(tests / "ui" / "browser" / part).glob("test_*.py"), *own]
        if files:
            yield from (path.relative_to(root).as_posix() for path in files)
            return


def main() -> None:
    """Print the tests of this change."""
    print("\n".join(needed_by(changed())))


if __name__ == "__main__":
    main()
