"""A product's covering has two families and each value once; nothing else is left out of the normal check."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
CONFTEST = "from tests.covering import mark_the_rest as pytest_collection_modifyitems"
TESTS = """
import pytest

@pytest.fixture(params=["unet", "flow", "dit"])
def family(request): return request.param

@pytest.mark.parametrize("form", ["a", "b"])
def test_product(family, form): pass

@pytest.mark.parametrize(("one", "two"), [(1, 2), (1, 3), (2, 2)])
def test_table(one, two): pass

def test_family(family): pass

@pytest.mark.parametrize("model", ["sd1", "make_tiny_xl_pipeline", "klein", "Krea 2"])
def test_models(model): pass

@pytest.mark.parametrize("model", ["sdxl", "Z-Image"])
def test_others_alone(model): pass

@pytest.mark.thorough
def test_long(): pass
"""


def test_the_rest_is_thorough_and_runs_when_it_is_asked_for(tmp_path: Path) -> None:
    folder = tmp_path / "tests" / "engine"
    folder.mkdir(parents=True)
    (tmp_path / "conftest.py").write_text(CONFTEST)
    (tmp_path / "pytest.ini").write_text("[pytest]\nmarkers = thorough: long\n")
    (folder / "test_it.py").write_text(TESTS)

    def chosen(*words: str) -> list[str]:
        command = [sys.executable, "-m", "pytest", "--collect-only", "-q", "-p", "no:cacheprovider", *words]
        told = subprocess.run(
            command, cwd=tmp_path, env={"PYTHONPATH": str(ROOT)}, capture_output=True, text=True, check=True
        )
        return [line.partition("::")[2] for line in told.stdout.splitlines() if "::" in line]

    normal = chosen("-m", "not thorough")
    assert len([name for name in normal if "product" in name]) == 3
    assert len([name for name in normal if "table" in name or "family" in name]) == 3 + 3
    assert [name for name in normal if "models" in name] == ["test_models[sd1]", "test_models[klein]"]
    assert len([name for name in normal if "alone" in name]) == 2
    assert len(chosen()) == 6 + 3 + 3 + 4 + 2 + 1
    assert "test_long" not in normal
