"""The process that downloads: `python -m gal_studio.engine.hub.transfer`; its input says what, as JSON.

A process can be stopped at any moment, also where the network hangs. It ends when its input is closed, so
that none is left behind by a parent that was killed. The library throws unfinished files away; here they are
kept beside the cache's own files, and the next transfer continues them. Files are transferred by plain HTTP,
since hf_xet does not continue either.
"""

import hashlib
import json
import os
import re
import sys
import threading
from contextlib import suppress
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from gal_studio.causes import HEAD, instead
from gal_studio.core.errors import StudioError
from gal_studio.engine.hub.refusals import FullDiskError, refusal
from gal_studio.engine.hub.repository import MAIN, HubFile, MissingFiles, cache_folder, partial, storage
from gal_studio.second_try import renamed

CHUNK = 1 << 16
"""Bytes after which what has arrived is written."""
_ETAG = re.compile(r"[0-9A-Za-z_-]{1,128}")
LOST = 3
"""The exit code where the parent is gone."""


def fetch(need: MissingFiles) -> None:
    """Download all files of a need that are not in the cache."""
    from huggingface_hub import constants, hf_hub_download

    constants.DOWNLOAD_CHUNK_SIZE = CHUNK  # the library's 10 MB would be lost in each stop
    for file in need.files:
        if not (need.folder / file.path).exists():
            blob = _fetch_content(need, file)
            hf_hub_download(need.name, file.path, revision=need.commit)  # the content is there: links it
            if not (need.folder / file.path).is_symlink():  # no links here: it was copied
                blob.unlink(missing_ok=True)
    ref = storage(need.name) / "refs" / MAIN
    if not ref.exists():  # other programs find the files by it while they are offline
        ref.parent.mkdir(parents=True, exist_ok=True)
        ref.write_text(need.commit)


def _fetch_content(need: MissingFiles, file: HubFile) -> Path:
    """Download a file's content to where the cache keeps it; an unfinished one is continued."""
    from huggingface_hub import get_hf_file_metadata, hf_hub_url
    from huggingface_hub.utils import WeakFileLock, build_hf_headers

    url = hf_hub_url(need.name, file.path, revision=need.commit)
    found = get_hf_file_metadata(url)
    etag, headers = found.etag or file.etag, build_hf_headers()
    if not _ETAG.fullmatch(etag):  # it becomes the name of a file
        raise StudioError(
            f"The hub gives no valid hash for {file.path} ({etag[:40]!r}), so it is not downloaded."
        )
    if urlsplit(found.location).netloc != urlsplit(url).netloc:
        headers.pop("authorization", None)  # the token is the hub's alone, not that of its file servers
    blob = storage(need.name) / "blobs" / etag
    lock = cache_folder() / ".locks" / storage(need.name).name / f"{etag}.lock"
    for folder in (blob.parent, lock.parent):
        folder.mkdir(parents=True, exist_ok=True)
    with WeakFileLock(lock):
        if not blob.exists():
            _receive(found.location, headers, partial(blob), found.size or file.size)
            _check(partial(blob), etag, file.path)
            renamed(partial(blob), blob)
    return blob


def _receive(address: str, headers: dict[str, Any], target: Path, size: int) -> None:
    from huggingface_hub.file_download import http_get

    with target.open("ab") as output:
        if output.tell() > size:
            output.truncate(0)
        http_get(address, output, resume_size=output.tell(), headers=headers, expected_size=size)  # type: ignore[arg-type]


def _check(path: Path, etag: str, name: str) -> None:
    """Compare a large file with its SHA-256; a damaged one is deleted."""
    if len(etag) != 64:
        return
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    if digest != etag:
        with path.open("rb") as file:
            found = instead(file.read(HEAD), path.stat().st_size)
        path.unlink()
        if found:
            raise StudioError(
                f"What arrived instead of the file {name} {found[0]}: sign in to the network, or have the "
                "hub allowed in the proxy or filter, and try again."
            )
        raise StudioError(f"The file {name} arrived damaged: try again, and it is downloaded again.")


def _end_with_the_parent() -> None:
    with suppress(OSError):
        sys.stdin.read()
    os._exit(LOST)


def main() -> None:
    """Read a need from the first line of the input, download it, and print how it ended."""
    given = json.loads(sys.stdin.readline())
    files = tuple(HubFile(**file) for file in given["files"])
    need = MissingFiles(given["name"], given["commit"], files)
    threading.Thread(target=_end_with_the_parent, daemon=True).start()
    answer: dict[str, Any] = {}
    try:
        fetch(need)
    except Exception as error:  # the library raises many types
        refused = refusal(need.name, need.commit, error)
        answer = {"refused": str(refused), "full": isinstance(refused, FullDiskError)}
    print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    main()
