"""Files that may be made anew between two requests: pieces of two of them are never joined."""

from pathlib import Path
from typing import Annotated, Any

from fastapi import Query
from fastapi.responses import FileResponse
from starlette.types import Receive, Scope, Send

METHODS = ["GET", "HEAD"]
Words = Annotated[str, Query(max_length=200)]
"""A parameter of an address."""


class WholeFile(FileResponse):
    """A file for download: sent whole, or the rest of it, if it `resumes` and is the same file.

    The same is what `If-Range` says by the file's `ETag`: curl and others ask for a part without it.
    """

    def __init__(self, path: Path, resumes: bool = True, **more: Any) -> None:
        super().__init__(path, **more)
        self._resumes = resumes
        if not resumes:
            self.headers["Accept-Ranges"] = "none"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send it."""
        same = any(name == b"if-range" and value.startswith(b'"') for name, value in scope["headers"])
        if not (self._resumes and same):
            kept = [(name, value) for name, value in scope["headers"] if name != b"range"]
            scope = {**scope, "headers": kept}
        await super().__call__(scope, receive, send)
