"""Repair the problems that `check` finds, as far as possible, and report what was done."""

from collections.abc import Mapping
from pathlib import Path

from gal_studio.core.errors import StudioError
from gal_studio.second_try import renamed
from gal_studio.state.files.errors import disk_problem, make_folder
from gal_studio.state.files.inside import inside, remove
from gal_studio.state.files.own_folder import DAMAGED
from gal_studio.state.store import Store
from gal_studio.workspace.archive.writer import export_project
from gal_studio.workspace.check import Finding, aside, examine, folder_of

_FOUND_AGAIN = "DELETE FROM {} WHERE {} = :name"
_REPAIRS: Mapping[tuple[str, str], tuple[str, str]] = {
    ("candidates", "image"): (
        "UPDATE candidates SET image = '' WHERE image = :name",
        "Generate makes them again from their seeds",
    ),
    ("rounds", "adapter"): (
        "UPDATE rounds SET adapter = NULL, trained_as = NULL WHERE adapter = :name",
        "Train makes these rounds again with the same result",
    ),
    ("kept_steps", "adapter"): (
        "DELETE FROM kept_steps WHERE adapter = :name",
        "the LoRAs of these steps are gone; those of the rounds are not",
    ),
    ("class_images", "image"): (
        "DELETE FROM class_images WHERE drawn_by NOT LIKE 'given %: %' AND EXISTS "
        "(SELECT 1 FROM class_images AS lost WHERE lost.image = :name AND "
        "lost.project_id = class_images.project_id AND lost.drawn_by = class_images.drawn_by AND "
        "lost.position <= class_images.position)",
        "the next training generates them again, with those after them; copy your own files back",
    ),
    ("trials", "image"): (
        "UPDATE trials SET image = NULL WHERE image = :name",
        "they are generated again with the next prompt that is tried in their round",
    ),
    ("pairs", "generated_image"): (
        "UPDATE pairs SET generated_image = NULL WHERE generated_image = :name",
        "the pairs are generated again from their seeds",
    ),
    ("reference_masks", "mask"): (
        "UPDATE reference_masks SET mask = NULL WHERE mask = :name",
        "the studio finds the subject of these references, until you paint it again",
    ),
    ("paintings", "image"): (
        "UPDATE paintings SET image = NULL WHERE image = :name",
        "these pairs count as not painted",
    ),
    **{
        place: (_FOUND_AGAIN.format(*place), consequence)
        for place, consequence in (
            (("training_images", "image"), "these previews are gone"),
            (("sibling_pictures", "image"), "nothing else depends on them"),
            (("pair_regions", "foreground_mask"), "the next refinement finds these subjects again"),
            (("test_pictures", "image"), "Measure generates and measures them again"),
            (("foregrounds", "image"), "the foregrounds are searched again"),
            (("foregrounds", "mask"), "the foregrounds are searched again"),
            (("seen_pictures", "image"), "they are made again when their images are uploaded"),
            (("seen_pictures", "seen_image"), "they are made again when their images are uploaded"),
        )
    },
}
"""The SQL that does without a lost file, and what follows."""
_RESTORED_ELSEWHERE: Mapping[tuple[str, str], str] = {
    ("training_sets", "image"): "they come back with the images that were trained on",
    ("training_sets", "mask"): "they come back with the masks that were trained with",
    ("pairs", "reference_mask"): "the next refinement makes them again",
}
_NEEDS_A_PERSON: Mapping[tuple[str, str], str] = {
    ("project_starts", "adapter"): "start a new project from the LoRA, or import an archive of this one",
    ("project_references", "image"): "start a new project with the image, or import an archive of this one",
    (
        "pairs",
        "reference_image",
    ): "they are references: start a new project, or import an archive of this one",
    ("decisions", "mask"): "undo these decisions and accept the images again",
}


def repair(store: Store, findings: tuple[Finding, ...] | None = None) -> tuple[str, ...]:
    """Repair the findings (default: those of `examine`); one sentence on each."""
    report = []
    for finding in examine(store) if findings is None else findings:
        if finding.problem in ("lost", "altered"):
            report.append(_repair_files(store, finding))
        elif finding.problem == "broken":
            report.append(f"{finding.sentence} {_put_aside(store, finding.names[0])}")
        elif finding.problem == "orphan":
            report.append(f"{finding.sentence} Moved to {DAMAGED}/: {_move_aside(store, finding.paths)}.")
        elif finding.paths:
            report.append(f"{finding.sentence} Removed.")
            for path in finding.paths:
                remove(store.workspace, path)
        else:
            report.append(f"{finding.sentence} Not repaired: {remedy(finding)}.")
    return tuple(report)


def remedy(finding: Finding) -> str:
    """What `repair` would do about a finding, or what a person has to do."""
    if finding.place is None:
        if finding.problem == "broken":
            return (
                f"--repair puts an archive of what is left of it into the folder {DAMAGED}/ and removes it "
                "from the list; a copy of studio.db may still have all of it"
            )
        if finding.problem == "orphan":
            return f"--repair moves them to the folder {DAMAGED}/"
        return "--repair removes them" if finding.paths else "restore a copy of studio.db"
    where = finding.place.table, finding.place.column
    if where in _REPAIRS:
        return f"after --repair {_REPAIRS[where][1]}"
    return _RESTORED_ELSEWHERE.get(where) or _NEEDS_A_PERSON.get(where, "import an archive of this project")


def _put_aside(store: Store, project_id: str) -> str:
    """Export a project as it is, and archive it: nothing is deleted."""
    path = aside(store, project_id)
    try:
        export_project(store, project_id, path, raw=True)
        store.projects.set_archived(project_id, True)
    except StudioError as error:  # such as an ID that is no text
        return f"Not archived. {error}"
    return f"Archived: what is left of it is in {DAMAGED}/{path.name}."


def _repair_files(store: Store, finding: Finding) -> str:
    assert finding.place is not None
    repair = _REPAIRS.get((finding.place.table, finding.place.column))
    if finding.problem == "altered":
        _set_aside(store, finding)
    if repair is None:
        return f"{finding.sentence} Not repaired: {remedy(finding)}."
    statement, consequence = repair
    with store.database.transaction() as writer:
        for name in finding.names:
            writer.execute(statement, {"name": name})
    return f"{finding.sentence} Repaired: {consequence}."


def _set_aside(store: Store, finding: Finding) -> None:
    assert finding.place is not None
    files = folder_of(store, finding.place.folder)
    paths = dict.fromkeys(files.path(name) for name in finding.names)
    _move_aside(store, tuple(path for path in paths if path.exists()))  # several rows may name one file


def _move_aside(store: Store, paths: tuple[Path, ...]) -> str:
    """Move files to where nothing is deleted; returns their names."""
    folder = make_folder(store.workspace / DAMAGED, store.workspace)
    moved = []
    for path in paths:
        target, number = folder / path.name, 1
        while target.exists():
            number += 1
            target = folder / f"{path.stem}-{number}{path.suffix}"
        try:
            renamed(inside(store.workspace, path), target)
            moved.append(target)
        except OSError as error:
            raise disk_problem(error, folder) from error
    return ", ".join(path.name for path in moved)
