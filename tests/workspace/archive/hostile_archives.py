"""Archives with one error each: the message of the refusal, and the change that causes it.

Blanks at the end of the words tell several changes apart that are refused alike.
"""

from collections.abc import Callable

from tests.state.images.hostile import pixels, png
from tests.workspace.archive.rezip import Archive
from tests.workspace.filled import weights

Change = Callable[[Archive], None]


def _short_feature(row: list[object]) -> list[object]:
    return [*row[:8], {"base64": "AAAA"}, *row[9:]]


def _scored(archive: Archive, scores: str) -> None:
    archive.rows("test_pictures", lambda row: [*row[:6], scores, *row[7:]])


def _every(table: str, column: str, value: object) -> Change:
    """Give a column one value in every row."""

    def change(archive: Archive) -> None:
        place = archive.columns_of(table).index(column)
        archive.rows(table, lambda row: [*row[:place], value, *row[place + 1 :]])

    return change


def _itself(table: str, column: str) -> Change:
    """Let every row refer to itself."""

    def change(archive: Archive) -> None:
        place = archive.columns_of(table).index(column)
        archive.rows(table, lambda row: [*row[:place], row[0], *row[place + 1 :]])

    return change


_NOT_FINITE = '{"similarity_anchor": NaN, "similarity_reference": 0.1, "likeness": Infinity}'


def _undone_too_often(row: list[object]) -> list[object]:
    return [*row[:4], None if row[0] == 1 else 1, None]


def _other_map_size(archive: Archive) -> None:
    archive.empty("pair_regions")
    archive.rows("patch_maps", lambda row: [*row[:2], 999, *row[3:]])


HASH = "ab" * 32
HOSTILE: dict[str, Change] = {
    "is not a GAL Studio project ": lambda a: a.add("manifest.json", b"{}"),
    "not a valid zip  ": lambda a: a.encrypt(),
    "do not match its manifest": lambda a: a.drop(".png"),
    "no manifest": lambda a: a.drop("manifest.json"),
    "is not a GAL Studio project": lambda a: a.manifest(format="something"),
    "this studio reads version 1": lambda a: a.manifest(version=2),
    "newer GAL Studio": lambda a: a.manifest(schema=99),
    "older than GAL Studio": lambda a: a.manifest(schema=20),
    "manifest is invalid": lambda a: a.manifest(schema=-1),
    "manifest is invalid ": lambda a: a.manifest(files=[{"name": "../x", "sha256": HASH, "size": 1}]),
    "manifest is invalid  ":
        lambda a: a.manifest(tables=[{"name": "x; DROP TABLE", "columns": [], "rows": 0}]),
    "not valid JSON": lambda a: a.replace("manifest.json", b"[" * 50_000),
    "was changed": lambda a: a.tamper("tables/losses.jsonl", b"[]\n"),
    "GAL Studio did not write": lambda a: a.swap_file(".png", b"GIF89a" + bytes(30)),
    "GAL Studio did not write ":
        lambda a: a.swap_file(".png", png(16, 16, b"\0\0\0\1tEXta????", pixels(16, 16))),
    "cannot be read": lambda a: a.swap_file(".png", png(16, 16, pixels(3, 3))),
    "cannot be read ": lambda a: a.swap_file(".png", png(60_000, 60_000, pixels(3, 3))),
    "cannot be read  ": lambda a: a.swap_file(".png", png(16, 16, pixels(16, 16, 4), colour=6)),
    "not a valid safetensors": lambda a: a.swap_file(".safetensors", b"\x80\x04pickle" * 9),
    "not a valid safetensors ": lambda a: a.swap_file(".safetensors", weights(1)[:-1]),
    "not a valid safetensors  ": lambda a: a.swap_file(".safetensors", b"\xff" * 8 + b"{}"),
    "an unknown table": lambda a: a.rename_table("losses", "jobs"),
    "an unknown table ": lambda a: a.rename_table("losses", "sqlite_master"),
    "an unknown column": lambda a: a.columns("losses", ["round_id", "step", "evil"]),
    "wrong number of columns": lambda a: a.rows("losses", lambda row: row[:2]),
    "wrong number of rows": lambda a: a.count("losses", 3),
    "Cat' cannot be read             ": _every("losses", "loss", "x"),
    "contradict    ": lambda a: a.rows("rounds", lambda row: [None, *row[1:]]),
    "contradict     ": lambda a: a.rows("rounds", lambda row: ["../../../../evil", *row[1:]]),
    "contradict      ": lambda a: a.rows("candidates", lambda row: ["<script>", *row[1:]]),
    "contradict       ": lambda a: a.rows("losses", lambda row: [row[0], 2**70, *row[2:]]),
    "contradict        ": lambda a: a.rows("losses", lambda row: [row[0], [1], *row[2:]]),
    "not valid JSON ": lambda a: a.rows("losses", lambda row: [row[0], {"base64": "!"}, *row[2:]]),
    "contradict": lambda a: a.rows("anchors", lambda row: ["0" * 16, *row[1:]]),
    "contradict ": lambda a: a.rows("decisions", lambda row: [*row[:2], "f" * 16, *row[3:]]),
    "contradict  ": lambda a: a.rows("projects", lambda row: [*row[:2], "nothing", *row[3:]]),
    "contradict   ": lambda a: a.columns("rounds", ["id", "project_id"]),
    "form a loop": _itself("rounds", "parent_id"),
    "form a loop ": _itself("rounds", "copy_of"),
    "Cat' cannot be read              ": _itself("decision_batches", "undoes"),
    "2 projects": lambda a: a.append("projects", lambda row: ["e" * 16, *row[1:]]),
    "belong to no project": lambda a: a.append("patch_maps", lambda row: ["f" * 16, *row[1:]]),
    "contents are inconsistent": lambda a: a.rows("class_images", lambda row: [*row[:3], HASH]),
    "contents are inconsistent ":
        lambda a: a.rows("class_images", lambda row: [*row[:3], "../../../etc/passwd"]),
    "Cat' cannot be read":
        lambda a: a.empty("reference_places", "reference_masks", "project_references"),
    "Cat' cannot be read ": lambda a: a.rows("rounds", lambda row: [*row[:4], "{nothing", *row[5:]]),
    "Cat' cannot be read  ": lambda a: a.rows("candidates", _short_feature),
    "Cat' cannot be read   ": lambda a: a.rows("decision_batches", _undone_too_often),
    "Cat' cannot be read    ": _other_map_size,
    "Cat' cannot be read     ": lambda a: _scored(a, "{broken"),
    "Cat' cannot be read      ": lambda a: _scored(a, _NOT_FINITE),
    "Cat' cannot be read       ": lambda a: _scored(a, "[]"),
    "Cat' cannot be read        ": _every("test_sets", "seeds", 10**9),
    "Cat' cannot be read         ": _every("overrides", "scores", "[]"),
    "Cat' cannot be read          ": _every("overrides", "scores", '{"chosen": {"margin": "x"}}'),
    "contents are inconsistent   ": _every("rounds", "created", 1e20),
    "contents are inconsistent    ": _every("decision_batches", "time", -1.0),
    "do not fit its maps": lambda a: a.rows("pair_regions", lambda row: [row[0], 3, 2, *row[3:]]),
    "contradict each other ": lambda a: a.rows("pair_regions", lambda row: [row[0], 9, 9, *row[3:]]),
    "Cat' cannot be read           ": _every("candidates", "switch", 1.5),
    "Cat' cannot be read            ": _every("trials", "switch", 1.5),
    "contradict each other  ": _every("candidates", "remark", "<b>"),
    "contradict each other   ": _every("project_models", "revision", "main"),
    "not a valid zip": lambda a: a.cut(),
    "not a valid zip ": lambda a: a.flip_compressed(),
}  # fmt: skip
