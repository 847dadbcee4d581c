"""What a forge and other programs read of the project can be read."""

from pathlib import Path

import pytest
import yaml

from gal_studio.version import __version__

ROOT = Path(__file__).parents[1]


@pytest.mark.parametrize(
    "path", sorted((ROOT / ".github" / "ISSUE_TEMPLATE").iterdir()), ids=lambda it: it.name
)
def test_a_template_of_an_issue_has_what_a_forge_asks_for(path: Path) -> None:
    form = yaml.safe_load(path.read_text(encoding="utf-8"))
    assert form["name"] and form["description"] and form["body"]
    assert all(one["type"] and one["attributes"]["label"] for one in form["body"])
    assert all(isinstance(one["attributes"].get("description", ""), str) for one in form["body"])


def test_the_citation_is_of_the_newest_version_in_the_changelog() -> None:
    cited = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
    assert cited["version"] == __version__
    assert f"## {__version__} ({cited['date-released']})" in (ROOT / "CHANGELOG.md").read_text(
        encoding="utf-8"
    )
