"""The Docker image is made of what the package needs, and started by commands that there are."""

import json
import re
import tomllib
from pathlib import Path

from typer.testing import CliRunner

from gal_studio.cli import app
from gal_studio.ui.access.credentials import read_credentials

ROOT = Path(__file__).parents[1]
TEXT = (ROOT / "Dockerfile").read_text(encoding="utf-8")
STEPS = re.sub(r"\\\n\s*", "", "".join(f"{line}\n" for line in TEXT.splitlines() if not line.startswith("#")))


def step(name: str) -> list[str]:
    return re.findall(rf"^(?:HEALTHCHECK .*)?{name} (.*)$", STEPS, re.MULTILINE)


def test_what_is_copied_is_there_and_passes_the_ignore_file() -> None:
    let_through = {
        line[1:] for line in (ROOT / ".dockerignore").read_text().splitlines() if line.startswith("!")
    }
    copied = {name for line in step("COPY") for name in line.split()[:-1]}
    assert copied == let_through and all((ROOT / name).exists() for name in copied)
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    assert set(project["tool"]["hatch"]["build"]["targets"]["wheel"]["only-include"]) <= copied
    named = (project["project"]["readme"], *project["project"]["license-files"])
    assert {name.partition("/")[0] for name in named} <= copied


def test_torch_is_that_of_the_package() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    (line,) = (one for one in step("RUN") if "torch" in one)
    asked = set(re.findall(r'"(torch[^"]*)"', line))
    assert asked == {one for one in project["dependencies"] if one.startswith("torch")}


def test_its_command_is_one_of_the_studio_and_has_a_sign_in() -> None:
    command = [*json.loads(step("ENTRYPOINT")[0])[1:], *json.loads(step("CMD")[-1])]
    told = CliRunner().invoke(app, [*command, "--help"])
    assert told.exit_code == 0, told.output
    assert "--host" in command and "GAL_STUDIO_AUTH=token" in step("ENV")[0]
    assert read_credentials("token") is not None


def test_its_health_check_is_python_that_asks_for_a_page_without_sign_in() -> None:
    (check,) = (json.loads(one) for one in step("CMD") if "urllib" in one)
    assert check[:2] == ["python", "-c"] and "127.0.0.1:7860/sign-in" in check[2]
    compile(check[2], "check", "exec")
