"""What a sentence says to install can be installed."""

import re
import tomllib
from pathlib import Path

from gal_studio.core.extras import how_to_install

ROOT = Path(__file__).parents[2]


def test_every_extra_that_a_sentence_names_exists() -> None:
    code = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "gal_studio").rglob("*.py"))
    named = set(re.findall(r"""how_to_install\(["'](\w+)["']\)""", code))
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert named and named <= project["optional-dependencies"].keys()


def test_the_command_is_of_the_environment_that_the_launcher_makes() -> None:
    assert how_to_install("gguf").startswith(".venv") and how_to_install("gguf").endswith('-e ".[gguf]"')
