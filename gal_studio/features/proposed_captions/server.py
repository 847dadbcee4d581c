"""Captions by a model that another program of this computer or network serves, such as LM Studio.

The address is that of an OpenAI-compatible API. It is looked up once, and only that address is connected to.
"""

import base64
import http.client
import io
import ipaddress
import json
import socket
import ssl
import time
from dataclasses import dataclass
from typing import Any
from urllib.parse import SplitResult, urlsplit

from PIL import Image

from gal_studio.core.errors import StudioError, first_line

SECONDS = 120.0
"""The longest wait for one caption; a server may load its model first."""
LARGEST_ANSWER = 1 << 20  # bytes
SIDE = 768  # pixels of what is sent
MOST_TOKENS = 200
_NETWORKS = tuple(
    map(
        ipaddress.ip_network,
        (
            *("127.0.0.0/8", "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16"),
            *("::1/128", "fc00::/7"),
        ),
    )
)
"""This computer, and private networks (RFC 1918, 4193); none that is link-local, where clouds answer."""


@dataclass(frozen=True)
class CaptionServer:
    """A server of captions; `anywhere` allows one outside of this computer and its network."""

    address: str
    model: str = ""
    anywhere: bool = False
    seconds: float = SECONDS

    def describe(self, picture: Image.Image, question: str) -> str:
        """What the model answers to a question about a picture; refused in one sentence if it does not."""
        url = self._parsed()
        host = self._checked_host(url)
        body = json.dumps(self._request(picture, question)).encode()
        ends = time.monotonic() + self.seconds
        try:
            status, answer = _sent(url, host, body, ends)
        except TimeoutError as error:
            raise StudioError(
                f"The caption server {self.address} did not answer in {self.seconds:g} seconds: see what it "
                "does, or choose a smaller model there."
            ) from error
        except (OSError, http.client.HTTPException) as error:
            raise StudioError(
                f"The caption server {self.address} cannot be reached ({first_line(error)}): start it, and "
                "check its address."
            ) from error
        if status != 200:
            raise StudioError(
                f"The caption server {self.address} refused ({status} {_reason(answer)}): choose a model "
                "there that reads images."
            )
        return self._text(answer)

    def _parsed(self) -> SplitResult:
        try:
            url = urlsplit(self.address.strip())
            port_is_right = url.port != 0
        except ValueError:
            port_is_right, url = False, urlsplit("")
        if url.scheme not in ("http", "https") or not url.hostname or not port_is_right:
            raise StudioError(
                f"{self.address!r} is not the address of a caption server: write it like http://127.0.0.1:1234/v1."
            )
        return url

    def _checked_host(self, url: SplitResult) -> str:
        """The numeric address to connect to; refused if it is elsewhere, unless that is wanted."""
        try:
            found = socket.getaddrinfo(url.hostname, url.port or 0, type=socket.SOCK_STREAM)
        except OSError as error:
            raise StudioError(
                f"There is no computer {url.hostname!r}: check the server’s address."
            ) from error
        hosts = [str(one[4][0]) for one in found]
        outside = [host for host in hosts if not _is_near(host)]
        if outside and not self.anywhere:
            raise StudioError(
                f"The caption server {url.hostname} is outside of this network, and would get your images: "
                "choose a local one, or allow it with --anywhere."
            )
        return hosts[0]

    def _request(self, picture: Image.Image, question: str) -> dict[str, Any]:
        image = {"type": "image_url", "image_url": {"url": f"data:image/png;base64,{_png(picture)}"}}
        content = [{"type": "text", "text": question}, image]
        named = {"model": self.model} if self.model else {}
        message = {"role": "user", "content": content}
        return {**named, "messages": [message], "max_tokens": MOST_TOKENS, "temperature": 0, "stream": False}

    def _text(self, answer: bytes) -> str:
        try:
            content = json.loads(answer)["choices"][0]["message"]["content"]
        except (ValueError, KeyError, IndexError, TypeError, RecursionError):
            content = None
        if not isinstance(content, str):
            raise StudioError(
                f"The caption server {self.address} answers nothing that is a caption: check that it has an "
                "OpenAI-compatible API at this address."
            )
        return content


def _is_near(host: str) -> bool:
    """Whether a numeric address is of this computer or of a private network."""
    address = ipaddress.ip_address(host.partition("%")[0])
    address = getattr(address, "ipv4_mapped", None) or address
    return any(address in network for network in _NETWORKS if network.version == address.version)


def _sent(url: SplitResult, host: str, body: bytes, ends: float) -> tuple[int, bytes]:
    """Post to the numeric address, without a proxy and without following where else the server points."""
    raw = socket.create_connection((host, url.port or (443 if url.scheme == "https" else 80)), _left(ends))
    connection = http.client.HTTPConnection(url.hostname or "", url.port)
    try:
        secure = ssl.create_default_context() if url.scheme == "https" else None
        used = secure.wrap_socket(raw, server_hostname=url.hostname) if secure else raw
        connection.sock = used
        path = f"{url.path.rstrip('/').removesuffix('/chat/completions')}/chat/completions"
        connection.request("POST", path, body, {"Content-Type": "application/json"})
        used.settimeout(_left(ends))
        answer, parts, size = connection.getresponse(), [], 0
        while size <= LARGEST_ANSWER:
            used.settimeout(_left(ends))
            part = answer.read1(1 << 16)
            if not part:
                break
            parts.append(part)
            size += len(part)
        return answer.status, b"".join(parts)
    finally:
        connection.close()
        raw.close()


def _left(ends: float) -> float:
    left = ends - time.monotonic()
    if left <= 0:
        raise TimeoutError
    return left


def _reason(answer: bytes) -> str:
    try:
        error = json.loads(answer)["error"]
        return first_line(error["message"] if isinstance(error, dict) else error)[:120]
    except (ValueError, KeyError, TypeError, RecursionError):
        return "without a reason"


def _png(picture: Image.Image) -> str:
    small = picture.convert("RGB")
    small.thumbnail((SIDE, SIDE))
    buffer = io.BytesIO()
    small.save(buffer, "PNG")
    return base64.b64encode(buffer.getvalue()).decode()
