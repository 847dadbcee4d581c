"""What made a result."""

import re
import subprocess

import pytest

from gal_studio import __version__, provenance


def test_the_version_is_that_of_the_package() -> None:
    assert provenance.made_by()["gal_studio"] == __version__
    cited = re.search(r"^version: (.+)$", (provenance.ROOT / "CITATION.cff").read_text(), re.MULTILINE)
    newest = re.search(r"^## ([\d.]+) ", (provenance.ROOT / "CHANGELOG.md").read_text(), re.MULTILINE)
    assert cited is not None and newest is not None
    assert cited[1] == newest[1] == __version__


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
