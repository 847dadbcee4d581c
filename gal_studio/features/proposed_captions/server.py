"""Captions by a model that another program of this computer or network serves, such as LM Studio.

The address is that of an OpenAI-compatible API. It is looked up once, and only what is found is connected to,
one after the other: `localhost` is often first an address at which nothing listens. A caption that is asked
for twice changes nothing, so that a server that restarts is asked again.
"""

import base64
import errno
import http.client
import io
import ipaddress
import json
import os
import re
import socket
import ssl
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import SplitResult, urlsplit

from PIL import Image

from gal_studio.causes import said_by
from gal_studio.core.answers import AnswerError, is_unfinished, thinks, whole_sentences
from gal_studio.core.errors import StudioError, first_line
from gal_studio.second_try import RESTARTS, SERVER_PAUSES

KEY_VARIABLE = "GAL_STUDIO_CAPTION_KEY"
SECONDS = 120.0
"""The longest wait for one caption; a server may load its model first."""
LARGEST_ANSWER = 1 << 20  # bytes
SIDE = 768  # pixels of what is sent
TOKENS = (200, 2000)
"""Of an answer; the second number is for a model that thinks first, and is asked again with it."""
CONNECT_SECONDS = 5.0
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
        hosts = self._checked_hosts(url)
        ends = time.monotonic() + self.seconds
        for most in TOKENS:
            body = json.dumps(self._request(picture, question, most)).encode()
            text, is_cut = self._text(self._asked(url, hosts, body, ends))
            if not is_cut:
                return text
            if text.strip() and not is_unfinished(text):
                return whole_sentences(text)
        raise thinks()

    def _asked(self, url: SplitResult, hosts: Sequence[str], body: bytes, ends: float) -> bytes:
        """The answer to a request, which is made again where the server may be restarting."""

        def is_last(pause: float | None) -> bool:
            return pause is None or time.monotonic() + pause >= ends

        for pause in (*SERVER_PAUSES, None):
            try:
                status, answer = _sent(url, hosts, body, ends)
            except OSError as error:
                if is_last(pause) or not isinstance(error, ConnectionError):
                    raise self._unreached(error, url) from error
            except http.client.HTTPException as error:
                raise self._unreached(OSError(f"it does not speak HTTP: {first_line(error)}"), url) from error
            else:
                if status == 200:
                    return answer
                if is_last(pause) or status not in RESTARTS:
                    raise self._refused(status, answer)
            time.sleep(pause or 0)
        raise AssertionError("the last try raises or returns")

    def _unreached(self, error: OSError, url: SplitResult) -> StudioError:
        """What kept a request from being answered, by the system's error."""
        if isinstance(error, _NoConnectionError):
            step = "check that it runs, and that no firewall keeps this computer from it"
            return StudioError(f"No connection to the caption server {self.address} came about: {step}.")
        if isinstance(error, TimeoutError):
            return StudioError(
                f"The caption server {self.address} did not answer in {self.seconds:g} seconds: see what it "
                "does, or choose a smaller model there."
            )
        why, step = first_line(error), "start it, and check its address"
        if isinstance(error, ssl.SSLCertVerificationError):
            why, step = (
                error.verify_message,
                "write http:// if it is on this computer, or install its certificate",
            )
        elif isinstance(error, ssl.SSLError):
            step = "write http:// in place of https://, unless it has a certificate"
        elif isinstance(error, ConnectionResetError | BrokenPipeError):
            step = "see in its log whether it crashed, such as for lack of memory, or wants https://"
        elif isinstance(error, PermissionError):
            step = "allow the studio in the firewall, or in the system’s settings for the local network"
        elif error.errno in _UNREACHABLE:
            step = "check that both are in one network, and a VPN or firewall between them"
        return StudioError(f"The caption server {self.address} cannot be reached ({why}): {step}.")

    def _refused(self, status: int, answer: bytes) -> StudioError:
        """What a status other than 200 means, with what the server says."""
        said = said_by(answer)
        shown = f"{status} {said or 'without a reason'}"
        if status == 401 and _key():
            step = f"correct {KEY_VARIABLE}, and start the studio again"
        elif status == 401:
            step = f"give its key as the environment variable {KEY_VARIABLE} before the studio starts"
        elif status == 403:
            step = "allow this computer there, or a key with more rights"
        elif status == 404 and "model" in said.lower():
            step = "give the name of a model that it has"
        elif status in (301, 302, 303, 307, 308):
            step = "give the address that it leads to"
        elif status in (404, 405):
            step = "check the address, which often ends in /v1"
        elif status == 413:
            step = "allow larger requests there, or in the proxy before it"
        elif status == 429:
            step = "wait some minutes"
        elif status in RESTARTS:
            step = "it starts, or is overloaded; wait until it is ready"
        elif status >= 500 or not _OF_IMAGES.search(said or "image"):
            step = "see in its log what it lacks, such as memory or a loaded model"
        else:
            step = "choose a model there that reads images"
        return StudioError(f"The caption server {self.address} refused ({shown}): {step}.")

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
        if url.username or url.password:
            raise StudioError(
                "The address of the caption server has a key in it, which logs would keep: give the key as "
                f"the environment variable {KEY_VARIABLE} before the studio starts."
            )
        return url

    def _checked_hosts(self, url: SplitResult) -> list[str]:
        """The numeric addresses to connect to; refused if one is elsewhere, unless that is wanted."""
        try:
            found = socket.getaddrinfo(url.hostname, url.port or 0, type=socket.SOCK_STREAM)
        except OSError as error:
            if error.errno == socket.EAI_AGAIN:
                raise StudioError(
                    f"The name {url.hostname!r} cannot be looked up now ({first_line(error)}): check the "
                    "network, or write the server’s numeric address."
                ) from error
            raise StudioError(
                f"There is no computer {url.hostname!r}: check the server’s address."
            ) from error
        hosts = list(dict.fromkeys(str(one[4][0]) for one in found))
        outside = [host for host in hosts if not _is_near(host)]
        if outside and not self.anywhere:
            raise StudioError(
                f"The caption server {url.hostname} is outside of this network, and would get your images: "
                "choose a local one, or allow it with --anywhere."
            )
        return hosts

    def _request(self, picture: Image.Image, question: str, most: int) -> dict[str, Any]:
        image = {"type": "image_url", "image_url": {"url": f"data:image/png;base64,{_png(picture)}"}}
        content = [{"type": "text", "text": question}, image]
        named = {"model": self.model} if self.model else {}
        message = {"role": "user", "content": content}
        return {**named, "messages": [message], "max_tokens": most, "temperature": 0, "stream": False}

    def _text(self, answer: bytes) -> tuple[str, bool]:
        """What the model says, and whether it was cut off; AnswerError if the server withheld it."""
        try:
            choice = json.loads(answer)["choices"][0]
            message = choice["message"]
            content, ended = message.get("content"), choice.get("finish_reason")
            thought = message.get("reasoning_content") or message.get("reasoning")
        except (ValueError, KeyError, IndexError, TypeError, AttributeError, RecursionError):
            raise self._no_caption(answer) from None
        if isinstance(content, list):
            parts = [one.get("text") for one in content if isinstance(one, dict)]
            content = "\n".join(one for one in parts if isinstance(one, str))
        if ended == "content_filter":
            raise AnswerError(
                f"The filter of the caption server {self.address} withheld the answer: write this caption "
                "yourself."
            )
        if not content and isinstance(refusal := message.get("refusal"), str):
            return refusal, False
        if not content and thought:
            return "", True
        if not isinstance(content, str):
            raise self._no_caption(answer)
        return content, ended == "length"

    def _no_caption(self, answer: bytes) -> StudioError:
        said = f" (it says “{said}”)" if (said := said_by(answer)) else ""
        what = "with a web page" if answer.lstrip()[:1] == b"<" else "nothing that is a caption"
        return StudioError(
            f"The caption server {self.address} answers {what}{said}: check that it has an OpenAI-compatible "
            "API at this address, which often ends in /v1."
        )


class _NoConnectionError(TimeoutError):
    """None of the addresses answered a connection."""


_UNREACHABLE = {errno.EHOSTUNREACH, errno.ENETUNREACH, errno.EHOSTDOWN}
_OF_IMAGES = re.compile(r"image|vision|visual|multi-?modal|mmproj|content.{0,12}(type|string|array)", re.I)


def _key() -> str:
    return os.environ.get(KEY_VARIABLE, "").strip()


def _is_near(host: str) -> bool:
    """Whether a numeric address is of this computer or of a private network."""
    address = ipaddress.ip_address(host.partition("%")[0])
    address = getattr(address, "ipv4_mapped", None) or address
    return any(address in network for network in _NETWORKS if network.version == address.version)


def _connected(url: SplitResult, hosts: Sequence[str], ends: float) -> socket.socket:
    """A connection to the first address that takes one; else what the last one said."""
    port = url.port or (443 if url.scheme == "https" else 80)
    failed: OSError = _NoConnectionError()
    for host in hosts:
        left = _left(ends)
        try:
            return socket.create_connection((host, port), min(CONNECT_SECONDS, left))
        except TimeoutError as error:
            failed = _NoConnectionError() if left >= CONNECT_SECONDS else error
        except OSError as error:
            failed = error
    raise failed


def _sent(url: SplitResult, hosts: Sequence[str], body: bytes, ends: float) -> tuple[int, bytes]:
    """Post to a numeric address, without a proxy and without following where else the server points."""
    raw = _connected(url, hosts, ends)
    connection = http.client.HTTPConnection(url.hostname or "", url.port)
    try:
        raw.settimeout(_left(ends))
        secure = ssl.create_default_context() if url.scheme == "https" else None
        used = secure.wrap_socket(raw, server_hostname=url.hostname) if secure else raw
        connection.sock = used
        path = f"{url.path.rstrip('/').removesuffix('/chat/completions')}/chat/completions"
        key = {"Authorization": f"Bearer {_key()}"} if _key() else {}
        connection.request("POST", path, body, {"Content-Type": "application/json", **key})
        used.settimeout(_left(ends))
        with connection.getresponse() as answer:
            data = bytearray()
            while len(data) <= LARGEST_ANSWER:
                used.settimeout(_left(ends))
                part = answer.read1(1 << 16)
                if not part:
                    break
                data += part
            return answer.status, bytes(data)
    finally:
        connection.close()
        raw.close()


def _left(ends: float) -> float:
    left = ends - time.monotonic()
    if left <= 0:
        raise TimeoutError
    return left


def _png(picture: Image.Image) -> str:
    small = picture.convert("RGB")
    small.thumbnail((SIDE, SIDE))
    buffer = io.BytesIO()
    small.save(buffer, "PNG")
    return base64.b64encode(buffer.getvalue()).decode()
