"""Calls, writes, settings, raw bodies and routes."""

import asyncio
import functools
import os
import re
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from random import Random
from typing import Any
from urllib.parse import quote

from starlette.routing import Route

from gal_studio.state import Store
from gal_studio.studio import Studio
from gal_studio.ui.api.calls import CALL_PATH
from gal_studio.ui.app import build_app
from gal_studio.ui.panels.everything import REQUESTS
from tests.ui.seeded import picture
from workshop.benchmarks.attack.known import Known
from workshop.benchmarks.attack.target import Target
from workshop.benchmarks.attack.values import TEXTS, fitting, hostile, spoiled, written

JSON = {"Content_Type": "application/json"}
READS = tuple(one.name for one in REQUESTS.reads())
WRITES = tuple(name for name in REQUESTS if name not in READS)
OTHERS = (
    "/gradio_api/{}",
    "/gradio_api/upload",
    "/static/{}",
    "/assets/{}",
    "/theme.css",
    "/sign-in",
    "/sign-out",
    "/{}",
    "/config",
    "/gradio_api/file={}",
    "/gradio_api/queue/join",
    "/gradio_api/heartbeat/{}",
    "/gradio_api/run/{}",
)
"""Gradio's routes and those before the app; the app's own are read from it."""
WORDS = {
    "which": ("reference", "generated"),
    "kind": ("style", "object"),
    "format_": ("csv", "jsonl"),
    "step": ("2", "0"),
    "returned": ("0" * 64,),
    "identity": ("0" * 32,),
}
"""Parts of paths that are no IDs."""
QUERIES = ("v", "raw", "project", "__theme", "token", "page", "deep_link", "view", "session_hash", "title")
EVIL = "http://evil.example"
LONGEST_QUERY = 60_000  # characters
LONGEST_WAIT = 5.0  # seconds of another client while a large body is read
METHODS = (*("GET",) * 14, "HEAD", "POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "X\tY")


def request_of(random: Random, known: Known, name: str) -> Any:
    """A request to this handler: right, or with one or two parts spoiled."""
    value = fitting(random, REQUESTS[name].question, known)
    for _ in range(random.choice((0, 1, 1, 2))):
        value = spoiled(random, value)
    return value


def call(target: Target, random: Random) -> None:
    name = random.choice(READS)
    body = {
        "fn_name": name,
        "data": request_of(random, target.ids, name),
        "component_id": 1,
        "session_hash": "x",
    }
    if random.random() < 0.2:
        body = spoiled(random, body)
    target.ask("calls", "POST", CALL_PATH, written(body), **JSON)


def write(target: Target, random: Random) -> None:
    name = random.choice(WRITES)
    key = os.urandom(8).hex() if random.random() < 0.95 else random.choice(TEXTS)
    batch: Any = [{"id": key, "name": name, "request": request_of(random, target.ids, name)}]
    if random.random() < 0.1:
        batch = spoiled(random, batch)
    target.ask("writes", "POST", "/writes", written(batch), **JSON)


def setting(target: Target, random: Random) -> None:
    value = hostile(random) if random.random() < 0.7 else random.choice((1, 0.5, True, "clip", "random"))
    changes = {random.choice(target.ids["setting"]): value}
    request = {"project": random.choice(target.ids["project"]), "settings": changes}
    batch = [{"id": os.urandom(8).hex(), "name": "change", "request": request}]
    target.ask("settings", "POST", "/writes", written(batch), **JSON)


def route(target: Target, random: Random) -> None:
    """A path with IDs of any kind, odd queries, headers and methods."""
    path = random.choice(own_routes() if random.random() < 0.7 else OTHERS)
    path = re.sub(r"\{(\w*)[^}]*\}", lambda found: _part(random, target.ids, found[1]), path)
    if random.random() < 0.3:
        value = quote(random.choice(TEXTS).encode("utf-8", "surrogatepass"))[:2000]
        path += f"?{random.choice(QUERIES)}={value}"
    headers = {}
    if random.random() < 0.3:
        name = random.choice(
            (
                "Range",
                "Cookie",
                "Accept",
                "If_None_Match",
                "If_Modified_Since",
                "X_Forwarded_For",
                "Accept_Language",
                "X_Forwarded_Host",
                "X_Forwarded_Proto",
                "X_Gradio_Server",
                "X_Gradio_User",
                "Content_Type",
                "Referer",
                "Origin",
            )
        )
        headers[name] = random.choice(
            (
                "bytes=-1",
                "bytes=9-1",
                "bytes=0-,0-,0-",
                "a=b; c",
                "\xff\xfe",
                "*/*;q=x",
                EVIL,
                "x" * 5000,
            )
        )
    method = random.choice(METHODS)
    body = b"" if method in ("POST", "PUT", "PATCH") else None
    _, answer = target.ask("routes", method, path, body, **headers)
    if EVIL.encode() in answer:
        target.tally.add("routes", "believed", example=f"{path} {headers}")


def strip(target: Target, random: Random) -> None:
    """A file of images with names and titles of any length, and as many as come."""
    known = [f"picture/{one}" for one in target.ids["candidate"]] or ["picture/x"]
    count = random.choice((1, 2, 3, 40, 41))
    words = [random.choice(TEXTS) * random.choice((1, 1, 40, 4000)) for _ in range(count + 1)]
    given = [
        *(("picture", random.choice((random.choice(known), words[-1]))) for _ in range(count)),
        *(("name", word) for word in words[:-1]), ("title", words[-1]),
    ]  # fmt: skip
    query = "&".join(
        f"{name}={quote(word.encode('utf-8', 'surrogatepass'))[:LONGEST_QUERY]}" for name, word in given
    )
    target.ask("routes", "GET", f"/strip.{random.choice(('png', 'gif'))}?{query[:LONGEST_QUERY]}")


@functools.cache
def own_routes() -> tuple[str, ...]:
    """The paths of the app, with the names of their parts in braces."""

    async def build(folder: str) -> tuple[str, ...]:
        with Store(Path(folder)) as store:
            app: Any = build_app(Studio(store)).app
            return tuple(found.path for found in app.routes if isinstance(found, Route))

    with tempfile.TemporaryDirectory() as folder, ThreadPoolExecutor(1) as pool:
        return pool.submit(lambda: asyncio.run(build(folder))).result()


def _part(random: Random, known: Known, name: str) -> str:
    """A part of a path: mostly the ID of what it is called by, or that of something else, or anything."""
    turn = random.random()
    of_this = known.get(name.removesuffix("_id").replace("picture", "test_picture")) or known.get(name)
    if turn < 0.4 and (of_this or name in WORDS):
        part = random.choice(list(of_this or WORDS[name]))
    else:
        part = random.choice(random.choice(list(known.values())) if turn < 0.7 else TEXTS)
    return quote(str(part).encode("utf-8", "surrogatepass"), safe="/.%=")[:3000]


def body(target: Target, random: Random) -> None:
    """A body that is no JSON, no form, or only half of one."""
    lora = f"/upload-lora?name={_part_of(random)}"
    path = random.choice(("/writes", CALL_PATH, "/gradio_api/upload", "/import-project", lora))
    data = random.choice(
        (
            b"",
            b"{",
            b"[" * 3000,
            b"\xff\xfe{",
            b"null",
            b"NaN",
            b'"\\ud83d"',
            b"[1,",
            b"0" * 4400,
            b"1" * 5000,
            b"{}" * 10,
            written(hostile(random)),
            random.randbytes(random.randrange(400)),
            b"PK\x03\x04" + random.randbytes(60),
            (2).to_bytes(8, "little") + b"{}",
        )
    )
    kind = random.choice(
        (
            "application/json",
            "text/plain",
            "multipart/form-data",
            "multipart/form-data; boundary=x",
            "",
            "\xff",
            "a/b; c",
        )
    )
    if path.endswith("upload") and random.random() < 0.7:
        kind, data = "multipart/form-data; boundary=x", form(random)
    target.ask("bodies", "POST", path, data, Content_Type=kind)


def _part_of(random: Random) -> str:
    """Any text as a part of an address."""
    return quote(random.choice(TEXTS).encode("utf-8", "surrogatepass"))[:3000]


def large_body(target: Target, random: Random) -> None:
    """Megabytes of small values; another client is answered while they are read."""
    path = random.choice(("/writes", CALL_PATH, "/gradio_api/queue/join"))
    part = random.choice((b"[],", b"{},", b"0,", b'"",', b'{"a":[]},', b"["))
    size = random.choice((900_000, 1_100_000, 4_000_000, 16_000_000))
    data = b"[" + part * (size // len(part)) + b"0]"
    with ThreadPoolExecutor(1) as pool:
        sent = pool.submit(target.ask, "bodies", "POST", path, data, **JSON)
        waited = target.neighbour_waits()
        sent.result()
    if waited > LONGEST_WAIT:
        target.tally.add(
            "bodies", "hangs", example=f"another client waited {waited:.1f} s: {path} {part!r} {size}"
        )


def form(random: Random) -> bytes:
    """An upload in which something is wrong, or nothing."""
    parts = []
    for _ in range(random.choice((0, 1, 1, 2, 18))):
        name = random.choice(("files", "", "x" * 300, 'a"b'))
        file = random.choice(("cat.png", "../x.png", "\x00", "a\nb", "x" * 3000, ""))
        content = random.choice(
            (picture((1, 2, 3)), b"", b"GIF89a", random.randbytes(50), b"\0\0\0\x18ftypheic" + bytes(40))
        )
        head = random.choice(
            (f'form-data; name="{name}"; filename="{file}"', f'form-data; name="{name}"', "x", "")
        )
        parts.append(b"--x\r\nContent-Disposition: " + head.encode() + b"\r\n\r\n" + content + b"\r\n")
    return b"".join(parts) + random.choice((b"--x--\r\n", b"", b"--x"))
