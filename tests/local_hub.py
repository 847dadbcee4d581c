"""A hub on this computer: the real library downloads from it, as slowly and brokenly as a test wants."""

import hashlib
import json
import os
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any
from urllib.parse import urlsplit

import pytest

TOKEN = "hf_right"
_BLOCK = 1 << 12


@dataclass
class Published:
    """A repository; with `gated`, only the token has access."""

    folder: Path
    commit: str
    card: Mapping[str, Any] = field(default_factory=dict)
    gated: bool = False


@dataclass
class LocalHub:
    """What the server holds and how it behaves: `pace` in bytes a second, and `breaks`, how many transfers of
    weights end after half of what they were to send.

    If it lies, files have this `etag`, and what it says of a repository is `told` beside.
    """

    address: str = ""
    cache: Path = Path()
    published: dict[str, Published] = field(default_factory=dict)
    pace: float = 0.0
    breaks: int = 0
    etag: str = ""
    told: Mapping[str, Any] = field(default_factory=dict)
    asked: list[tuple[str, str, str | None]] = field(default_factory=list)
    sent: int = 0
    tokens_at_files: set[str | None] = field(default_factory=set)

    def publish(
        self, name: str, folder: Path, commit: str = "a" * 40, gated: bool = False, **card: Any
    ) -> None:
        """Serve the files of a folder as the newest commit of a repository."""
        if card:
            lines = "\n".join(f"{key}: {value}" for key, value in card.items())
            (folder / "README.md").write_text(f"---\n{lines}\n---\n# A model\n")
        self.published[name] = Published(folder, commit, card, gated)

    def paths(self) -> set[str]:
        """The files of which content was sent."""
        return {path for method, path, _ in self.asked if method == "GET" and not path.startswith("/api")}


def git_blob(data: bytes) -> str:
    """What git calls a small file."""
    return hashlib.sha1(b"blob %d\0" % len(data) + data).hexdigest()


def sha256(data: bytes) -> str:
    """What the hub calls a large file."""
    return hashlib.sha256(data).hexdigest()


def is_large(path: Path) -> bool:
    """Whether the hub keeps the file on its file servers."""
    return path.suffix in (".safetensors", ".bin")


class Handler(BaseHTTPRequestHandler):
    """Answers model information, and the content of files with ranges."""

    protocol_version = "HTTP/1.1"
    hub: LocalHub

    def log_message(self, *_: Any) -> None:
        """Nothing is printed."""

    def do_HEAD(self) -> None:
        self._answer()

    def do_GET(self) -> None:
        self._answer()

    def _answer(self) -> None:
        path = urlsplit(self.path).path
        self.hub.asked.append((self.command, path, self.headers.get("Range")))
        parts = path.strip("/").split("/")
        if parts == [""]:
            return self._send(200, b"")
        if parts[0] == "round":
            return self._send(302, b"", {"Location": self.hub.address + "/round"})
        if parts[0] == "files":
            self.hub.tokens_at_files.add(self.headers.get("Authorization"))
            return self._content("/".join(parts[1:3]), "/".join(parts[3:]), redirected=True)
        name = "/".join(parts[2:4] if parts[0] == "api" else parts[:2])
        token = (self.headers.get("Authorization") or "").removeprefix("Bearer ")
        if token and token != TOKEN:
            return self._refuse(401, "", "Invalid credentials in Authorization header")
        if name not in self.hub.published:
            return self._refuse(404 if token else 401, "RepoNotFound", "Repository not found")
        if parts[0] == "api":
            return self._information(name, parts[5] if len(parts) > 5 else "")
        if self.hub.published[name].gated and token != TOKEN:
            return self._refuse(401, "GatedRepo", f"Access to model {name} is restricted.")
        return self._content(name, "/".join(parts[4:]), redirected=False)

    def _information(self, name: str, revision: str) -> None:
        found = self.hub.published[name]
        if revision not in ("", "main", found.commit):
            return self._refuse(404, "RevisionNotFound", "Invalid rev id")
        siblings = []
        for path in sorted(path for path in found.folder.rglob("*") if path.is_file()):
            data = path.read_bytes()
            one: dict[str, Any] = {
                "rfilename": path.relative_to(found.folder).as_posix(),
                "size": len(data),
                "blobId": git_blob(data),
            }
            if is_large(path):
                one["lfs"] = {"sha256": sha256(data), "size": len(data), "pointerSize": 135}
            siblings.append(one)
        body = {
            "id": name, "modelId": name, "sha": found.commit, "siblings": siblings, "private": False,
            "gated": "manual" if found.gated else False, "tags": [], "cardData": dict(found.card),
        }  # fmt: skip
        siblings += self.hub.told.get("siblings", ())
        body |= {name: value for name, value in self.hub.told.items() if name != "siblings"}
        return self._send(200, json.dumps(body).encode(), {"Content-Type": "application/json"})

    def _content(self, name: str, path: str, redirected: bool) -> None:
        found = self.hub.published[name]
        file = found.folder / path
        if not file.is_file():
            return self._refuse(404, "EntryNotFound", "Entry not found")
        data = file.read_bytes()
        headers = {"X-Repo-Commit": found.commit, "Accept-Ranges": "bytes"}
        if not is_large(file):
            return self._send(200, data, {**headers, "ETag": f'"{git_blob(data)}"'})
        if redirected:
            return self._send_part(data, headers)
        linked = {"X-Linked-Etag": f'"{self.hub.etag or sha256(data)}"', "X-Linked-Size": str(len(data))}
        elsewhere = self.hub.address.replace("127.0.0.1", "localhost")  # another server, so no token for it
        location = f"{elsewhere}/files/{name}/{path}"
        return self._send(302, b"", {**headers, **linked, "Location": location})

    def _send_part(self, data: bytes, headers: Mapping[str, str]) -> None:
        asked = self.headers.get("Range")
        first = int(asked.removeprefix("bytes=").rstrip("-")) if asked else 0
        part = data[first:]
        ranged = {"Content-Range": f"bytes {first}-{len(data) - 1}/{len(data)}"} if asked else {}
        self.send_response(206 if asked else 200)
        for key, value in {**headers, **ranged, "Content-Length": str(len(part))}.items():
            self.send_header(key, value)
        self.end_headers()
        breaks = self.hub.breaks > 0
        self.hub.breaks -= breaks
        for start in range(0, len(part) // 2 if breaks else len(part), _BLOCK):
            block = part[start : start + _BLOCK]
            try:
                self.wfile.write(block)
                self.wfile.flush()
            except OSError:  # the other end was stopped
                break
            self.hub.sent += len(block)
            if self.hub.pace:
                time.sleep(len(block) / self.hub.pace)
        self.close_connection = True

    def _refuse(self, status: int, code: str, message: str) -> None:
        codes = {"X-Error-Code": code} if code else {}
        self._send(status, b"", {**codes, "X-Error-Message": message})

    def _send(self, status: int, body: bytes, headers: Mapping[str, str] | None = None) -> None:
        self.send_response(status)
        for key, value in {**(headers or {}), "Content-Length": str(len(body))}.items():
            self.send_header(key, value)
        self.end_headers()
        if self.command == "GET":
            self.wfile.write(body)


class _Server(ThreadingHTTPServer):
    daemon_threads = True


@contextmanager
def running(cache: Path) -> Iterator[LocalHub]:
    """Serve an empty hub."""
    hub = LocalHub(cache=cache)
    server = _Server(("127.0.0.1", 0), type("HubHandler", (Handler,), {"hub": hub}))
    hub.address = f"http://127.0.0.1:{server.server_address[1]}"
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield hub
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def variables(hub: LocalHub) -> dict[str, str]:
    """The environment in which programs use this hub, and no token of this computer."""
    return {
        "HF_ENDPOINT": hub.address,
        "HF_HUB_CACHE": str(hub.cache),
        "HF_TOKEN_PATH": str(hub.cache / "no-token"),
        "HF_HUB_OFFLINE": "0",
    }


def use(hub: LocalHub, monkeypatch: pytest.MonkeyPatch) -> None:
    """Use this hub in this process, where the library has read its variables already, and in its children."""
    from huggingface_hub import constants

    monkeypatch.delenv("HF_TOKEN", raising=False)
    for name, value in variables(hub).items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(constants, "ENDPOINT", hub.address)
    template = hub.address + "/{repo_id}/resolve/{revision}/{filename}"
    monkeypatch.setattr("huggingface_hub.file_download.HUGGINGFACE_CO_URL_TEMPLATE", template, raising=False)
    monkeypatch.setattr(constants, "HUGGINGFACE_CO_URL_TEMPLATE", template)
    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(hub.cache))
    monkeypatch.setattr(constants, "HF_TOKEN_PATH", str(hub.cache / "no-token"))
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", False)


def switch_off(monkeypatch: pytest.MonkeyPatch) -> None:
    """Switch the library to offline, here and in children."""
    from huggingface_hub import constants

    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", True)


def partials(hub: LocalHub) -> list[int]:
    """The sizes of the unfinished files."""
    return [os.path.getsize(path) for path in hub.cache.rglob("*.incomplete")]
