"""Files that may be made anew between two requests: pieces of two of them are never joined."""

import os

from fastapi.responses import FileResponse
from starlette.background import BackgroundTask
from starlette.types import Receive, Scope, Send

METHODS = ["GET", "HEAD"]


class WholeFile(FileResponse):
    """A file for download: sent whole, or the rest of it, if it `resumes` and is the same file.

    The same is what `If-Range` says by the file's `ETag`: curl and others ask for a part without it.
    """

    def __init__(
        self,
        path: str | os.PathLike[str],
        resumes: bool = True,
        headers: dict[str, str] | None = None,
        media_type: str | None = None,
        filename: str | None = None,
        background: BackgroundTask | None = None,
    ) -> None:
        super().__init__(
            path, headers=headers, media_type=media_type, filename=filename, background=background
        )
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
