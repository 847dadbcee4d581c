"""Pack the finished project: its archive with deflated LoRAs, a cover, and what it was made with."""

import hashlib
import json
import tempfile
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile

from PIL import Image

from gal_studio.assets import bundled_version
from gal_studio.core.errors import StudioError
from gal_studio.studio import Studio
from gal_studio.workspace.archive.format import ENDINGS
from tools.finished.plan import PLAN

MOST = 6_000_000
"""Bytes of the archive, which every clone and every installation carries."""
SHOWN, EDGE = 6, 128


def pack(studio: Studio, project_id: str, folder: Path) -> None:
    """Write `project.zip`, `cover.jpg` and `made.json` into a folder; refused if the archive is too large."""
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as temporary:
        plain = studio.export_project(project_id, Path(temporary) / "project.zip")
        _deflated(plain, folder / "project.zip")
    size = (folder / "project.zip").stat().st_size
    if size > MOST:
        raise StudioError(f"The archive has {size:,} bytes, more than {MOST:,}: draw fewer images.")
    cover(studio, project_id).save(folder / "cover.jpg", quality=86)
    made = {"model": bundled_version(), "plan": plan_digest()}
    (folder / "made.json").write_text(json.dumps(made, indent=2) + "\n", encoding="utf-8")


def plan_digest(path: Path = PLAN) -> str:
    """The SHA-256 of a plan, by which an archive of another plan is known."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _deflated(plain: Path, packed: Path) -> None:
    """The same archive with deflated LoRAs; the studio's writer stores them, since large ones take long."""
    with ZipFile(plain) as source, ZipFile(packed, "w") as target:
        for info in source.infolist():
            data = source.read(info)
            if info.filename.endswith(ENDINGS["adapters"]):
                info.compress_type = ZIP_DEFLATED
            target.writestr(info, data, compresslevel=9)


def cover(studio: Studio, project_id: str) -> Image.Image:
    """The images that were accepted in the measured rounds, the last one's first, beside each other."""
    shown: list[str] = []
    measured = [one for one in studio.measures(project_id).reports if one is not None]
    for round_id in reversed(measured):
        view = studio.round_view(round_id)
        shown += [tile.candidate.image for tile in view.candidates if tile.verdict == "accepted"]
    made = Image.new("RGB", (SHOWN * EDGE, EDGE))
    for place, name in enumerate(shown[:SHOWN]):
        picture = studio.store.images.picture(name).resize((EDGE, EDGE), Image.Resampling.LANCZOS)
        made.paste(picture, (place * EDGE, 0))
    return made
