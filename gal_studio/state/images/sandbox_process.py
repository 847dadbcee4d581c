"""The process that decodes: little memory, little time, no files. Started by `decoder`, never by hand.

A request is its length (8 bytes), its kind (`P`: a picture that comes in, `S`: one that was stored) and the
file's bytes; an answer is the length of a JSON header, the header, and the pixels that it announces.
"""

import json
import os
import signal
import struct
import sys
from contextlib import suppress
from typing import Any, BinaryIO

from gal_studio.core.errors import StudioError
from gal_studio.state.images.decode import check_stored, decode

MEMORY = 5 << 28  # bytes of address space: 1.25 GB, which a WebP of the largest size needs
OPENING = 64 << 20  # bytes beside the file itself until the size of the picture is known
CANVASES = 480 << 20  # bytes more where the decoder makes its canvases and threads as it opens a file
EACH = 16  # bytes more for each pixel, once their number is known
SWOLLEN = 1 << 27  # bytes that do not come back after a picture and end the process
SECONDS = 1.9  # of the processor for one picture
IDLE = 60.0  # seconds without a request after which the process ends
NAME = "The picture"
LENGTH = struct.Struct(">Q")


def main() -> None:
    """Answer requests until nobody asks any more."""
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    with open(os.devnull, "w") as nowhere:  # a library that speaks would disturb the answers
        os.dup2(nowhere.fileno(), sys.stdout.fileno())
    _limit()
    rest = _taken()
    while _asked():
        _allow(MEMORY)
        request = _request(sys.stdin.buffer)
        if request is None:
            return
        _clock(SECONDS)
        header, pixels = _answer(request, rest)
        _clock(0.0)
        ends = _taken() > rest + SWOLLEN
        text = json.dumps({**header, "ends": ends}).encode()
        answers.write(LENGTH.pack(len(text)) + text + pixels)
        answers.flush()
        if ends:
            return


def _taken() -> int:
    """The address space that this process has now, in bytes; 0 where the system does not say."""
    with suppress(OSError), open("/proc/self/statm", encoding="ascii") as file:
        return int(file.read().split()[0]) * os.sysconf("SC_PAGE_SIZE")
    return 0


def _limit() -> None:
    """What the system enforces, where it can; the parent's patience holds everywhere."""
    with suppress(ImportError):
        import resource

        for what, most in (("RLIMIT_AS", MEMORY), ("RLIMIT_CORE", 0), ("RLIMIT_FSIZE", 0)):
            with suppress(AttributeError, ValueError, OSError):
                resource.setrlimit(getattr(resource, what), (most, most))


def _allow(count: int) -> None:
    """So many bytes of memory from now on, up to the limit of the process."""
    with suppress(ImportError, AttributeError, ValueError, OSError):
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (min(count, MEMORY), MEMORY))


def _clock(seconds: float) -> None:
    """End this process after so much work, even in the middle of a decoder; 0 takes the limit off."""
    if hasattr(signal, "setitimer"):
        signal.setitimer(signal.ITIMER_PROF, seconds)


def _asked() -> bool:
    if os.name != "posix":
        return True
    import select

    return bool(select.select([sys.stdin.fileno()], [], [], IDLE)[0])


def _request(source: BinaryIO) -> bytes | None:
    head = source.read(LENGTH.size)
    if len(head) < LENGTH.size:
        return None
    (length,) = LENGTH.unpack(head)
    body = source.read(length)
    return body if len(body) == length else None


def _answer(request: bytes, rest: int) -> tuple[dict[str, Any], bytes]:
    """Decode with little more memory than the picture needs; `rest` is what the process has without one."""
    kind, data = request[:1], request[1:]
    opening = rest + OPENING + 3 * len(data) + CANVASES * _has_canvases(data)

    def sized(pixels: int) -> None:
        if rest:
            _allow(opening + EACH * pixels)

    sized(0)
    try:
        if kind == b"S":
            check_stored(NAME, data, sized)
            return {}, b""
        picture, notes = decode(NAME, data, sized)
    except StudioError as error:
        return {"refused": str(error)}, b""
    return {"width": picture.width, "height": picture.height, "notes": notes}, picture.tobytes()


def _has_canvases(data: bytes) -> bool:
    return data[8:12] == b"WEBP" or data[4:8] == b"ftyp"


if __name__ == "__main__":
    main()
