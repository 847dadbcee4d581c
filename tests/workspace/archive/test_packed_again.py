"""Archives that were unzipped and zipped again by Finder, Explorer, 7-Zip or `zip -r`."""

import zipfile
from pathlib import Path

import pytest

from gal_studio.core.errors import StudioError
from gal_studio.state import Store
from gal_studio.workspace.archive.reader import import_project

FINDER = ("__MACOSX/Cat/._manifest.json", "__MACOSX/._Cat", "Cat/.DS_Store", "Cat/images/.DS_Store")
EXPLORER = ("Cat/Thumbs.db", "Cat/images/desktop.ini")


def packed_again(
    source: Path, target: Path, *tops: str, junk: tuple[str, ...] = (), between: str = "/"
) -> Path:
    """The files of an archive under each of these folders, with entries for folders and beside `junk`."""
    with zipfile.ZipFile(source) as before, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as after:
        for top in tops:
            for folder in ("", "images/", "tables/"):
                entry = zipfile.ZipInfo((top + folder).replace("/", between))
                entry.external_attr = (0o040755 << 16) | 0x10
                if entry.filename:
                    after.writestr(entry, b"")
            for name in before.namelist():
                after.writestr((top + name).replace("/", between), before.read(name))
        for name in junk:
            after.writestr(name, b"junk")
    return target


@pytest.mark.parametrize(
    ("tops", "junk", "between"),
    [
        (("Cat/",), FINDER, "/"),
        (("Cat/",), EXPLORER, "/"),
        (("Cat/",), (), "\\"),
        (("Downloads/Cat/",), ("Downloads/notes.txt",), "/"),
        (("",), ("notes.txt", "tables/jobs.jsonl"), "/"),
        (("Cat/",), ("Cat/cat.png:Zone.Identifier", "Cat/CON.txt", "Cat/Icon\r", "Cat/images/a: b"), "/"),
        (("Cat/",), ("manifest.json", "site/manifest.json", "Caté/.DS_Store"), "/"),
    ],
)
def test_a_project_that_was_packed_again_is_imported(
    made: tuple[Path, str],
    target: Store,
    tmp_path: Path,
    tops: tuple[str, ...],
    junk: tuple[str, ...],
    between: str,
) -> None:
    path = packed_again(made[0] / "project.zip", tmp_path / "again.zip", *tops, junk=junk, between=between)
    told: list[str] = []
    project = import_project(target, path, tell=told.append)
    assert target.projects.get(project).id == project
    assert len(told) == bool(junk)
    for words in told:
        assert words.startswith(f"{len(junk)} file") and junk[0] in words and words.count(". ") == 0


def test_only_what_the_manifest_names_is_written(
    made: tuple[Path, str], target: Store, tmp_path: Path
) -> None:
    """Whatever its name is, and also where it would be a link."""
    link = zipfile.ZipInfo("images/link.png")
    link.external_attr = 0o120777 << 16
    odd = ("../evil.png", "images/../../evil.png", "/etc/cron.d/evil", "C:\\evil.png")
    path = packed_again(made[0] / "project.zip", tmp_path / "again.zip", "", junk=odd)
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr(link, "/etc/passwd")
    before = {one.name for one in tmp_path.iterdir()}
    told: list[str] = []
    import_project(target, path, tell=told.append)
    assert told[0].startswith("5 files") and {one.name for one in tmp_path.iterdir()} == before
    assert not [one for one in target.workspace.rglob("*") if "evil" in one.name or one.is_symlink()]


def test_a_directory_that_points_before_the_file_is_no_fault_of_the_disk(
    made: tuple[Path, str], target: Store, tmp_path: Path
) -> None:
    path = packed_again(made[0] / "project.zip", tmp_path / "again.zip", "")
    data = bytearray(path.read_bytes())
    end = data.rindex(b"PK\5\6")
    start = int.from_bytes(data[end + 16 : end + 20], "little")
    data[end + 16 : end + 20] = (start + (1 << 20)).to_bytes(4, "little")
    path.write_bytes(data)
    with pytest.raises(StudioError, match="is not a valid zip file"):
        import_project(target, path)


def test_two_projects_in_one_archive_are_refused(
    made: tuple[Path, str], target: Store, tmp_path: Path
) -> None:
    path = packed_again(made[0] / "project.zip", tmp_path / "again.zip", "Cat/", "Dog/")
    with pytest.raises(StudioError, match="holds several projects"):
        import_project(target, path)
