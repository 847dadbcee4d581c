"""Puts right what can be put right in a workspace, and says what it did."""

import shutil
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

from gal_studio.state.files.errors import disk_problem, make_folder
from gal_studio.state.store import Store
from gal_studio.workspace.check import Finding, examine, folder_of

DAMAGED = "damaged"
"""The folder to which altered files are moved: nothing that a person might miss is deleted."""

_MENDED: Mapping[tuple[str, str], tuple[str, str]] = MappingProxyType(
    {
        ("candidates", "image"): (
            "UPDATE candidates SET image = '' WHERE image = :name",
            "Generate draws them again from their seeds",
        ),
        ("rounds", "adapter"): (
            "UPDATE rounds SET adapter = NULL, trained_as = NULL WHERE adapter = :name",
            "Fine-tune trains these rounds again as they were",
        ),
        ("class_images", "image"): (
            "DELETE FROM class_images WHERE EXISTS (SELECT 1 FROM class_images AS lost WHERE "
            "lost.image = :name AND lost.project_id = class_images.project_id AND "
            "lost.drawn_by = class_images.drawn_by AND lost.position <= class_images.position)",
            "the next training draws them again, and those behind them",
        ),
        ("training_images", "image"): (
            "DELETE FROM training_images WHERE image = :name",
            "these previews are gone",
        ),
        ("pairs", "generated_image"): (
            "UPDATE pairs SET generated_image = NULL WHERE generated_image = :name",
            "the pairs are drawn again from their seeds",
        ),
        ("foregrounds", "image"): (
            "DELETE FROM foregrounds WHERE image = :name",
            "what was found in them is forgotten",
        ),
        ("foregrounds", "mask"): (
            "DELETE FROM foregrounds WHERE mask = :name",
            "the foregrounds are looked for again",
        ),
        ("reference_masks", "mask"): (
            "UPDATE reference_masks SET mask = NULL WHERE mask = :name",
            "a reference whose newest mask was lost has its subject found again, until it is painted",
        ),
        ("paintings", "image"): (
            "UPDATE paintings SET image = NULL WHERE image = :name",
            "these paintings count as not painted",
        ),
    }
)
_COME_BACK = MappingProxyType(
    {
        ("training_sets", "image"): "they are back when the picture that was trained on is",
        ("training_sets", "mask"): "they are back when the mask that was trained with is",
        ("pairs", "reference_mask"): "the next refinement makes them again",
    }
)
_BEYOND = MappingProxyType(
    {
        (
            "project_references",
            "image",
        ): "start a new project with the picture, or import an export of this one",
        ("pairs", "reference_image"): "they are references: start a new project, or import an export",
        ("decisions", "mask"): "undo these decisions and accept the pictures once more",
    }
)


def mend(store: Store, findings: tuple[Finding, ...] | None = None) -> tuple[str, ...]:
    """Repair what `examine` finds; what was done and what was not, a sentence each."""
    said = []
    for finding in examine(store) if findings is None else findings:
        if finding.problem in ("lost", "altered"):
            said.append(_mend_files(store, finding))
        elif finding.paths:
            said.append(f"{finding.sentence} Removed.")
            _remove(store, finding.paths)
        else:
            said.append(f"{finding.sentence} {_database(store, finding)}")
    return tuple(said)


def remedy(finding: Finding) -> str:
    """What would be done about a finding, or what a person has to do."""
    if finding.place is None:
        beyond = finding.problem in ("database", "rows")
        return "restore a copy of studio.db or import an export" if beyond else "--repair removes them"
    where = finding.place.table, finding.place.column
    if where in _MENDED:
        return f"after --repair {_MENDED[where][1]}"
    return _COME_BACK.get(where) or _BEYOND.get(where, "import an export of this project")


def _mend_files(store: Store, finding: Finding) -> str:
    assert finding.place is not None
    where = finding.place.table, finding.place.column
    if finding.problem == "altered":
        _set_aside(store, finding)
    if where not in _MENDED:
        return f"{finding.sentence} Not repaired: {remedy(finding)}."
    statement, consequence = _MENDED[where]
    with store.database.transaction() as writer:
        for name in finding.names:
            writer.execute(statement, {"name": name})
    return f"{finding.sentence} Repaired: {consequence}."


def _set_aside(store: Store, finding: Finding) -> None:
    assert finding.place is not None
    folder = store.workspace / DAMAGED
    make_folder(folder)
    for name in finding.names:
        path = folder_of(store, finding.place.folder).path(name)
        if path.exists():  # several rows may name one file
            _guarded_move(path, folder / path.name)


def _guarded_move(path: Path, target: Path) -> None:
    try:
        path.replace(target)
    except OSError as error:
        raise disk_problem(error, target.parent) from error


def _remove(store: Store, paths: tuple[Path, ...]) -> None:
    for path in paths:
        try:
            if path.is_dir() and not path.is_symlink():
                shutil.rmtree(path)
            else:
                path.unlink(missing_ok=True)
        except OSError as error:
            raise disk_problem(error, store.workspace) from error


def _database(store: Store, finding: Finding) -> str:
    """Indexes can be made anew; rows cannot."""
    if finding.problem == "database":
        store.database.rows("REINDEX")
        if [row[0] for row in store.database.rows("PRAGMA integrity_check")] == ["ok"]:
            return "Repaired: its indexes were made anew."
    return f"Not repaired: {remedy(finding)}."
