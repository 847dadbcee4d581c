"""The sandboxed decoder: little memory, little time, no files. Started by `sandbox`, never by hand.

A request is its length (8 bytes), its kind (`P`: uploaded picture, `A`: the opacity of one, `S`: stored
picture) and the bytes of the file; an answer is the length of a JSON header, the header, and the pixels that
it announces.
"""

import json
import os
import signal
import struct
import sys
from collections.abc import Sequence
from contextlib import suppress
from typing import Any, BinaryIO

from PIL import Image

from gal_studio.core.errors import StudioError
from gal_studio.state.images.decode import check_stored, decode, decode_alpha, known_formats

MEMORY = 5 << 28  # bytes of address space: 1.25 GB, as the largest allowed WebP needs
OPENING = 64 << 20  # bytes besides the file until the size of the picture is known
CANVASES = 480 << 20  # bytes more for formats whose decoders allocate canvases and threads on opening
EACH = 16  # bytes more per pixel, once their number is known
SWOLLEN = 1 << 27  # bytes that are not freed after a picture, after which the process ends
SECONDS = 1.9  # CPU seconds per picture
IDLE_TIMEOUT = 60.0  # seconds without a request after which the process ends
NAME = "The image"
LENGTH = struct.Struct(">Q")


def main() -> None:
    """Answer requests until there are no more."""
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    with open(os.devnull, "w") as nowhere:  # output of libraries would corrupt the answers
        os.dup2(nowhere.fileno(), sys.stdout.fileno())
    _set_limits()
    known_formats()  # loads the decoders, which is no work of the first picture
    idle = _address_space()
    while _has_request():
        _limit_memory(MEMORY)
        request = _request(sys.stdin.buffer)
        if request is None:
            return
        _limit_cpu_time(SECONDS)
        header, pixels = _answer(request, idle)
        _limit_cpu_time(0.0)
        ends = _address_space() > idle + SWOLLEN
        text = json.dumps({**header, "ends": ends}).encode()
        answers.write(LENGTH.pack(len(text)) + text + pixels)
        answers.flush()
        if ends:
            return


def _address_space() -> int:
    """The address space of this process in bytes; 0 if unknown."""
    with suppress(OSError), open("/proc/self/statm", encoding="ascii") as file:
        return int(file.read().split()[0]) * os.sysconf("SC_PAGE_SIZE")
    return 0


def _set_limits() -> None:
    """Set resource limits where the system supports them; the timeout of the parent holds everywhere."""
    with suppress(ImportError):
        import resource

        for what, most in (("RLIMIT_AS", MEMORY), ("RLIMIT_CORE", 0), ("RLIMIT_FSIZE", 0)):
            with suppress(AttributeError, ValueError, OSError):
                resource.setrlimit(getattr(resource, what), (most, most))


def _limit_memory(count: int) -> None:
    """Limit the address space to `count` bytes, at most `MEMORY`."""
    with suppress(ImportError, AttributeError, ValueError, OSError):
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (min(count, MEMORY), MEMORY))


def _limit_cpu_time(seconds: float) -> None:
    """Kill this process after so much CPU time, even inside a decoder; 0 removes the limit."""
    if hasattr(signal, "setitimer"):
        signal.setitimer(signal.ITIMER_PROF, seconds)


def _has_request() -> bool:
    if os.name != "posix":
        return True
    import select

    return bool(select.select([sys.stdin.fileno()], [], [], IDLE_TIMEOUT)[0])


def _request(source: BinaryIO) -> bytes | None:
    head = source.read(LENGTH.size)
    if len(head) < LENGTH.size:
        return None
    (length,) = LENGTH.unpack(head)
    body = source.read(length)
    return body if len(body) == length else None


def _answer(request: bytes, idle: int) -> tuple[dict[str, Any], bytes]:
    """Decode within a memory limit; `idle` is the address space of the process without a picture."""
    kind, data = request[:1], request[1:]
    opening = idle + OPENING + 3 * len(data) + CANVASES * _has_canvases(data)

    def sized(pixels: int) -> None:
        if idle:
            _limit_memory(opening + EACH * pixels)

    sized(0)
    try:
        if kind == b"S":
            check_stored(NAME, data, sized)
            return {}, b""
        if kind == b"A":
            alpha = decode_alpha(NAME, data, sized)
            return _told(alpha.convert("RGB"), ()) if alpha else ({}, b"")
        picture, notes = decode(NAME, data, sized)
    except StudioError as error:
        return {"refused": str(error)}, b""
    return _told(picture, notes)


def _told(picture: Image.Image, notes: Sequence[str]) -> tuple[dict[str, Any], bytes]:
    return {"width": picture.width, "height": picture.height, "notes": notes}, picture.tobytes()


def _has_canvases(data: bytes) -> bool:
    return data[8:12] == b"WEBP" or data[4:8] == b"ftyp"


if __name__ == "__main__":
    main()
