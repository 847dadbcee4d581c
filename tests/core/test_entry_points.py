"""What the studio names in its own pyproject.toml is known without an installation."""

from pathlib import Path

import pytest

from gal_studio.core.features import FOLDER
from tests.additions import package_copied, run_python, succeeded

ASK = (
    "from gal_studio.core.entry_points import brought_to, package_of\n"
    f"print([(one.name, one.value, package_of(one)) for one in brought_to({FOLDER!r})])"
)
OLD = '[project]\nname = "gal-studio"\n[project.entry-points."gal_studio.features"]\nold = "gal_studio.old"\n'


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy, beside which an older version says that it is installed."""
    installed = tmp_path / "gal_studio-0.1.dist-info"
    installed.mkdir()
    (installed / "METADATA").write_text("Metadata-Version: 2.1\nName: gal-studio\nVersion: 0.1\n")
    (installed / "entry_points.txt").write_text(f"[{FOLDER}]\nold = gal_studio.old\n")
    return package_copied(tmp_path)


@pytest.mark.parametrize(
    ("project", "said"),
    [
        (OLD.replace("old", "new"), "[('new', 'gal_studio.new', '')]"),
        ('[project]\nname = "gal-studio"\n', "[]"),
        (OLD.replace("gal-studio", "of-another-package"), "[('old', 'gal_studio.old', '')]"),
        ("[project", "[('old', 'gal_studio.old', '')]"),
        (None, "[('old', 'gal_studio.old', '')]"),
    ],
)
def test_a_checkout_is_read_and_otherwise_what_is_installed(
    folder: Path, project: str | None, said: str
) -> None:
    if project is not None:
        (folder / "pyproject.toml").write_text(project)
    assert succeeded(run_python(folder, "-S", "-c", ASK)) == f"{said}\n"  # -S: no other packages
