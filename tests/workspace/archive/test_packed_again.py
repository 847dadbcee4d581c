"""Archives that were unzipped and zipped again by Finder, Explorer, 7-Zip or `zip -r`."""

import tarfile
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
        (("Cat/",), ("manifest.json", "site/manifest.json"), "/"),
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


def test_names_of_finder_are_read_as_the_utf_8_that_they_are(
    made: tuple[Path, str], target: Store, tmp_path: Path
) -> None:
    path = packed_again(
        made[0] / "project.zip", tmp_path / "again.zip", "Chat_xx/", junk=("Chat_xx/.DS_Store",)
    )
    path.write_bytes(path.read_bytes().replace(b"Chat_xx/", "Chaté_/".encode()))
    told: list[str] = []
    import_project(target, path, tell=told.append)
    assert "Chaté_/.DS_Store" in told[0]


def test_what_is_no_project_is_named(made: tuple[Path, str], target: Store, tmp_path: Path) -> None:
    whole = made[0] / "project.zip"
    with zipfile.ZipFile(tmp_path / "nested.zip", "w") as nested:
        nested.write(whole, "backup/project.zip")
    tarball = tmp_path / "project.tar"
    with tarfile.open(tarball, "w") as packed:
        packed.add(whole, "project.zip")
    (tmp_path / "project.7z").write_bytes(b"7z\xbc\xaf\x27\x1c" + bytes(40))
    with zipfile.ZipFile(tmp_path / "other.zip", "w", zipfile.ZIP_BZIP2) as other:
        other.writestr("manifest.json", "{}")
    for name, words in (
        ("nested.zip", "holds 'backup/project.zip': unzip it, and import that file"),
        ("project.tar", "is a tar file: unpack it, and zip its files"),
        ("project.7z", "is a 7-Zip file: unpack it, and zip its files"),
        ("other.zip", "is not compressed by Deflate: zip the project with that method"),
        ("", "is a folder: zip it, and import the zip file"),
    ):
        with pytest.raises(StudioError, match=words):
            import_project(target, tmp_path / name)


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
