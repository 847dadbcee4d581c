"""Write zips: entries have no time, since a clock before 1980 is refused by the format, and equal files then
give equal zips.
"""

import io
import shutil
from collections.abc import Mapping
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile, ZipInfo


def zip_entry(name: str, compression: int = ZIP_STORED) -> ZipInfo:
    """An entry without time or owner, readable by all."""
    entry = ZipInfo(name)
    entry.compress_type = compression
    entry.external_attr = 0o644 << 16
    return entry


def zipped(files: Mapping[str, bytes]) -> bytes:
    """Files by their names, as a compressed zip."""
    made = io.BytesIO()
    with ZipFile(made, "w") as archive:
        for name, data in files.items():
            archive.writestr(zip_entry(name, ZIP_DEFLATED), data)
    return made.getvalue()


def add_file(archive: ZipFile, path: Path, name: str) -> None:
    """Copy a file into a zip as it is: weights hardly get smaller."""
    entry = zip_entry(name)
    entry.file_size = path.stat().st_size  # tells whether the fields for large files are needed
    with path.open("rb") as source, archive.open(entry, "w") as target:
        shutil.copyfileobj(source, target, 1 << 20)
