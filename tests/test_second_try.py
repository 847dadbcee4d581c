"""A rename is tried again where another program holds the file for a moment, and nowhere else."""

import errno
from pathlib import Path

import pytest

from gal_studio import second_try
from gal_studio.core.errors import StudioError
from gal_studio.state.files.content_store import write_whole
from gal_studio.state.files.errors import DiskError


class Held:
    """Refuses some renames as Windows does, then lets them be."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, times: int, winerror: int | None) -> None:
        self.tries, real = 0, Path.replace

        def replace(path: Path, target: Path) -> Path:
            self.tries += 1
            if self.tries <= times:
                error = PermissionError(errno.EACCES, "Access is denied")
                error.winerror = winerror  # type: ignore[attr-defined]
                raise error
            return real(path, target)

        monkeypatch.setattr(Path, "replace", replace)
        monkeypatch.setattr(second_try, "PAUSES", (0.0,) * 3)


@pytest.mark.parametrize("winerror", [5, 32, 33])
def test_a_file_that_is_held_for_a_moment_is_written(
    winerror: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    held = Held(monkeypatch, 3, winerror)
    write_whole(tmp_path / "a.json", b"new", tmp_path)
    assert (tmp_path / "a.json").read_bytes() == b"new" and held.tries == 4


def test_one_that_stays_held_is_named_and_the_old_file_stays(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "a.json").write_bytes(b"old")
    Held(monkeypatch, 99, 32)
    with pytest.raises(DiskError, match=r"another program .* may hold the file.*: try again, or choose"):
        write_whole(tmp_path / "a.json", b"new", tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["a.json"]
    assert (tmp_path / "a.json").read_bytes() == b"old"


def test_missing_rights_are_no_matter_of_patience(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    held = Held(monkeypatch, 99, None)
    with pytest.raises(StudioError, match="cannot be written") as refused:
        write_whole(tmp_path / "a.json", b"new", tmp_path)
    assert held.tries == 1 and "another program" not in str(refused.value)
