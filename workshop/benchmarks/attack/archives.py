"""Archives with right hashes and wrong contents."""

import json
import re
from contextlib import suppress
from random import Random
from typing import Any

from tests.workspace.archive.hostile_archives import HOSTILE
from tests.workspace.archive.rezip import Archive
from workshop.benchmarks.attack.commands import run
from workshop.benchmarks.attack.target import Target
from workshop.benchmarks.attack.values import NUMBERS, TEXTS, hostile, spoiled
from workshop.benchmarks.attack.views import check_open, drop

ODD_ROWS = (
    1e20,
    -1e20,
    1e300,
    -1,
    0,
    2**53,
    10**18,
    "",
    " ",
    "x",
    "\x1b[2J",
    "A cat",
    {"base64": ""},
    {"base64": "AAAA"},
    {"base64": "AAB+AAB+AAB+"},
    "{}",
    "[]",
    '{"tune": 5}',
    '{"refine": {"vision_model": 5}}',
    '{"gal": {"policy": "x"}}',
    '{"tune": {"steps": NaN}}',
    '{"refine": {"clean_background": "\\ud83d"}}',
    "[" * 2000,
    None,
)


def archive(target: Target, random: Random) -> None:
    """Import a damaged archive; one that is accepted must open, and is deleted again."""
    changed = Archive(target.archive, target.folder / "changed.zip")
    turn = random.random()
    if turn < 0.1:
        HOSTILE[random.choice(list(HOSTILE))](changed)
    elif turn < 0.25:
        _spoil_manifest(changed, random)
    elif turn < 0.3:
        changed.swap_file(".safetensors", _weights(random))
    else:
        for _ in range(random.choice((1, 1, 2))):
            _spoil_table(changed, random)
    try:
        data = changed.write().read_bytes()
    except (ValueError, KeyError, TypeError, AttributeError):  # too odd to be written
        return
    project = _by_page(target, data) if random.random() < 0.8 else _by_command(target)
    if project:
        check_open(target, "archives", project)
        drop(target, "archives", project)


def _by_page(target: Target, data: bytes) -> str:
    status, answer = target.ask("archives", "POST", "/import-project", data)
    return str(json.loads(answer)["project"]) if status == 200 else ""


def _by_command(target: Target) -> str:
    """Import it with the command, into the workspace that the page shows."""
    path = target.folder / "changed.zip"
    said = run(target, "archives", ["import-project", str(path), "--workspace", str(target.workspace)])
    found = re.search(r"as project ([0-9a-f]{16})", said)
    return found[1] if found else ""


def _spoil_manifest(changed: Archive, random: Random) -> None:
    manifest = changed._manifest
    name = random.choice(("format", "version", "schema", "project", "tables", "files"))
    if name in ("tables", "files") and random.random() < 0.7:
        place = random.randrange(len(manifest[name]))
        manifest[name][place] = spoiled(random, manifest[name][place])
    else:
        changed.manifest(**{name: hostile(random)})


def _spoil_table(changed: Archive, random: Random) -> None:
    """Change one value of some rows of a table; leave rows out, or repeat them."""
    names = [name for name in changed._files if name.startswith("tables/") and changed._files[name].strip()]
    table = random.choice(names).removeprefix("tables/").removesuffix(".jsonl")
    turn, odd = random.random(), random.choice((ODD_ROWS, NUMBERS, TEXTS))
    if turn < 0.1:
        changed.append(table, lambda row: row)
    elif turn < 0.2:
        changed.rows(table, lambda row: row if random.random() < 0.5 else None)
    else:
        place, value = random.randrange(40), random.choice(odd)

        def spoil(row: list[Any]) -> list[Any]:
            if random.random() < 0.6:
                row[place % len(row)] = spoiled(random, json.loads(value)) if _is_object(value) else value
                if isinstance(row[place % len(row)], dict) and "base64" not in row[place % len(row)]:
                    row[place % len(row)] = json.dumps(row[place % len(row)])
            return row

        changed.rows(table, spoil)


def _is_object(value: Any) -> bool:
    with suppress(ValueError, RecursionError):
        return isinstance(value, str) and isinstance(json.loads(value), dict)
    return False


def _weights(random: Random) -> bytes:
    header = {"w": {"dtype": "F32", "shape": [2, 3], "data_offsets": [0, 24]}}
    text = json.dumps(spoiled(random, header) if random.random() < 0.9 else hostile(random)).encode()
    return len(text).to_bytes(8, "little") + text + random.randbytes(random.choice((0, 24, 24, 30)))
