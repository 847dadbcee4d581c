"""What made a result."""

import subprocess
import tomllib

import pytest

from gal_studio import __version__, provenance


def test_the_version_is_that_of_the_package() -> None:
    project = tomllib.loads((provenance.ROOT / "pyproject.toml").read_text())["project"]
    assert project["version"] == __version__ == provenance.made_by()["gal_studio"]


def test_the_commit_is_that_of_the_checkout(tmp_path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(provenance, "ROOT", tmp_path)
    read = provenance.commit.__wrapped__
    assert read() is None  # an installed package
    git = ["git", "-C", tmp_path, "-c", "user.name=a", "-c", "user.email=a@example.org"]
    subprocess.run([*git, "init", "-q"], check=True)
    (tmp_path / "file").write_text("one")
    subprocess.run([*git, "add", "file"], check=True)
    subprocess.run([*git, "commit", "-qm", "one"], check=True)
    clean = read()
    assert clean is not None and len(clean) == 40
    (tmp_path / "file").write_text("two")
    assert read() == f"{clean}+changes"
