"""A small reverse proxy that serves a studio under a path of its own, or badly set up, as nginx does."""

import http.client
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

_HOP = ("transfer-encoding", "content-length", "connection", "accept-encoding")


@dataclass
class Faults:
    """What a proxy does wrong; a test changes it while pages are open."""

    loses_port: bool = False  # proxy_set_header Host $host
    answers: int = 0  # its own error page for each change, with this status
    largest: int = 1 << 40  # bytes of a body


@contextmanager
def proxy(path: str, port: int, strips: bool, faults: Faults | None = None) -> Iterator[str]:
    """The address at which the studio of this port is served under `path`, which `strips` leaves out."""
    wrong = faults or Faults()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            if not self.path.startswith(f"{path}/"):
                self._answer(404, [], b"")
                return
            asked = self.path.removeprefix(path) if strips else self.path
            length = int(self.headers.get("Content-Length") or 0)
            headers = {name: value for name, value in self.headers.items() if name.lower() not in _HOP}
            body = self.rfile.read(length) if length else None
            if wrong.loses_port:
                headers["Host"] = headers["Host"].rpartition(":")[0]
            if length > wrong.largest or (wrong.answers and self.command == "POST"):
                self._answer(wrong.answers or 413, [], b"<html><h1>nginx</h1></html>")
                return
            with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=60)) as connection:
                connection.request(self.command, asked, body, headers)
                with connection.getresponse() as answer:
                    status, given, data = answer.status, answer.getheaders(), answer.read()
            self._answer(status, given, data)

        do_POST = do_HEAD = do_GET  # noqa: N815 - as the library calls them

        def _answer(self, status: int, headers: list[tuple[str, str]], body: bytes) -> None:
            self.send_response(status)
            for name, value in headers:
                if name.lower() not in _HOP:
                    self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *given: object) -> None:
            """Say nothing."""

    class Quiet(ThreadingHTTPServer):
        def handle_error(self, request: object, client_address: object) -> None:
            """A browser that goes away in the middle of an answer is no error."""

    server = Quiet(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}{path}"
    finally:
        server.shutdown()
        server.server_close()
