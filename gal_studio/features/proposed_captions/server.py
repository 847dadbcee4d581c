"""Captions by a model that another program of this computer or network serves, such as LM Studio.

The address is that of an OpenAI-compatible API, which is asked once for each image.
"""

import base64
import io
import ipaddress
import json
import os
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from typing import Any
from urllib.parse import SplitResult, urlsplit

from PIL import Image

from gal_studio.causes import said_by
from gal_studio.core.errors import StudioError, first_line
from gal_studio.features.proposed_captions.rules import NoCaptionError

KEY_VARIABLE = "GAL_STUDIO_CAPTION_KEY"
CONNECT_SECONDS = 5.0
SECONDS = 120.0
"""The longest wait for one caption; a server may load its model first."""
LARGEST_ANSWER = 1 << 20  # bytes
SIDE = 768  # pixels of what is sent
TOKENS = 2000
"""Of an answer, with what the model thinks before."""


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
        try:
            status, answer = self._sent(url, json.dumps(self._request(picture, question)))
        except TimeoutError as error:
            raise StudioError(
                f"The caption server {self.address} did not answer in time: see what it is doing, check "
                "that no firewall is in the way, or choose a smaller model there."
            ) from error
        except (OSError, HTTPException) as error:
            raise StudioError(
                f"The caption server {self.address} cannot be reached ({first_line(error)}): start it, and "
                "check its address."
            ) from error
        if status == 401:
            raise StudioError(
                f"The caption server {self.address} wants a key: give it as the environment variable "
                f"{KEY_VARIABLE} before the studio starts."
            )
        if status != 200:
            raise StudioError(
                f"The caption server {self.address} refused ({status} {said_by(answer)}): check its address, "
                "which often ends in /v1, and that its model is loaded and reads images."
            )
        return self._text(answer)

    def _parsed(self) -> SplitResult:
        try:
            url = urlsplit(self.address.strip())
            is_right = url.scheme in ("http", "https") and bool(url.hostname) and url.port != 0
        except ValueError:
            is_right = False
        if not is_right:
            raise StudioError(
                f"{self.address!r} is not the address of a caption server: write it like http://127.0.0.1:1234/v1."
            )
        if url.username or url.password:
            raise StudioError(
                "The address of the caption server has a key in it, which logs would keep: give the key as "
                f"the environment variable {KEY_VARIABLE} before the studio starts."
            )
        return url

    def _sent(self, url: SplitResult, body: str) -> tuple[int, bytes]:
        """Post to the server, without a proxy; nothing is sent to one that is elsewhere, unless wanted."""
        kind = HTTPSConnection if url.scheme == "https" else HTTPConnection
        connection = kind(url.hostname or "", url.port, timeout=CONNECT_SECONDS)
        try:
            connection.connect()
            if not self.anywhere and not is_near(connection.sock.getpeername()[0]):
                raise StudioError(
                    f"The caption server {url.hostname} is outside of this network, and would get your "
                    "images: choose a local one, or allow it with --anywhere."
                )
            connection.sock.settimeout(self.seconds)
            path = f"{url.path.rstrip('/').removesuffix('/chat/completions')}/chat/completions"
            key = os.environ.get(KEY_VARIABLE, "").strip()
            rights = {"Authorization": f"Bearer {key}"} if key else {}
            connection.request("POST", path, body, {"Content-Type": "application/json", **rights})
            with connection.getresponse() as answer:
                return answer.status, answer.read(LARGEST_ANSWER)
        finally:
            connection.close()

    def _request(self, picture: Image.Image, question: str) -> dict[str, Any]:
        image = {"type": "image_url", "image_url": {"url": f"data:image/png;base64,{_png(picture)}"}}
        content = [{"type": "text", "text": question}, image]
        named = {"model": self.model} if self.model else {}
        message = {"role": "user", "content": content}
        return {**named, "messages": [message], "max_tokens": TOKENS, "temperature": 0, "stream": False}

    def _text(self, answer: bytes) -> str:
        """What the model says; NoCaptionError if it was cut off."""
        try:
            choice = json.loads(answer)["choices"][0]
            text, is_cut = choice["message"].get("content"), choice.get("finish_reason") == "length"
        except (ValueError, KeyError, IndexError, TypeError, AttributeError, RecursionError):
            text, is_cut = None, False
        if is_cut:
            raise NoCaptionError(
                "The model’s answer was cut off: turn its thinking off, choose a model that says less, or "
                "write this caption yourself."
            )
        if not isinstance(text, str):
            said = said_by(answer)
            raise StudioError(
                f"The caption server {self.address} did not answer with a caption"
                f"{said and f' (it says “{said}”)'}: check that it has an OpenAI-compatible API at this "
                "address, which often ends in /v1."
            )
        return text


def is_near(host: str) -> bool:
    """Whether a numeric address is of this computer or of a private network; clouds answer at link-local."""
    address = ipaddress.ip_address(host.partition("%")[0])
    address = getattr(address, "ipv4_mapped", None) or address
    return address.is_private and not address.is_link_local


def _png(picture: Image.Image) -> str:
    small = picture.convert("RGB")
    small.thumbnail((SIDE, SIDE))
    buffer = io.BytesIO()
    small.save(buffer, "PNG")
    return base64.b64encode(buffer.getvalue()).decode()
