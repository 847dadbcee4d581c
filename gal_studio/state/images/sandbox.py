"""Decode pictures in a sandboxed process, which is restarted if a file crashes it."""

import json
import os
import signal
import subprocess
import threading
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Literal

from PIL import Image

from gal_studio.core.drive_errors import advice
from gal_studio.core.errors import StudioError
from gal_studio.patience import killed_after
from gal_studio.state.images.sandbox_process import LENGTH, NAME
from gal_studio.with_parent import Child

TIMEOUT = 60.0  # seconds, for a busy machine; the process limits its own CPU time to much less
_LARGEST_HEADER = 1 << 16
_OVERRUN = {-getattr(signal, "SIGKILL", 9), -getattr(signal, "SIGPROF", 27), -signal.SIGTERM}


class DecoderError(StudioError):
    """The picture was not looked at: the process could not be started, or the machine was busy."""


@dataclass(frozen=True)
class _Answer:
    header: dict[str, Any]
    pixels: bytes


class Decoder(Child):
    """A process that decodes one picture after another."""

    def __init__(self, patience: float = TIMEOUT) -> None:
        threads = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}  # each would reserve memory
        super().__init__("gal_studio.state.images.sandbox_process", **threads)
        self._patience = patience
        self._lock = threading.Lock()

    def running(self) -> "subprocess.Popen[bytes]":
        """The process; refused with a sentence if it cannot be started."""
        try:
            return super().running()
        except OSError as error:
            raise DecoderError(
                f"The process that reads images could not be started ({error.strerror}): "
                f"{advice(error, 'free some memory')}."
            ) from error

    def decode(self, data: bytes) -> tuple[Image.Image, tuple[str, ...]]:
        """Decode an uploaded picture to 8-bit RGB, with notes on what was changed."""
        answer = self._ask(b"P", data)
        size = answer.header["width"], answer.header["height"]
        return Image.frombytes("RGB", size, answer.pixels), tuple(answer.header["notes"])

    def alpha(self, data: bytes) -> Image.Image | None:
        """The opacity of an uploaded picture, in mode L and of the size of `decode`; None if it has none."""
        answer = self._ask(b"A", data)
        if "width" not in answer.header:
            return None
        size = answer.header["width"], answer.header["height"]
        return Image.frombytes("RGB", size, answer.pixels).convert("L")

    def check_stored(self, data: bytes) -> None:
        """Refuse anything but an intact PNG as the studio writes them."""
        self._ask(b"S", data)

    def _ask(self, kind: Literal[b"A", b"P", b"S"], data: bytes) -> _Answer:
        with self._lock:
            answer = self._exchange(kind + data)
        if "refused" in answer.header:
            raise StudioError(answer.header["refused"])
        return answer

    def _exchange(self, body: bytes) -> _Answer:
        """Send a request; retry once if the process has ended since the last one, as it does when idle.

        What takes too long is tried again as well, since a busy machine makes any picture slow.
        """
        overran = False
        for _ in range(3):
            process = self.running()
            try:
                with killed_after(process, self._patience) as late:
                    self._send(process, body)
                    answer = self._receive(process)
            except (BrokenPipeError, EOFError, ValueError) as error:
                code = self._ended(process)
                if code and (overran or code not in _OVERRUN):
                    raise _why(code, late.is_set() or _is_busy()) from error
                overran = overran or code != 0
            except BaseException:
                self.close()  # after half a request, the answers would not match
                raise
            else:
                if answer.header["ends"]:
                    self.close()
                return answer
        raise DecoderError(f"{NAME} could not be read: try again.")

    def _ended(self, process: "subprocess.Popen[bytes]") -> int:
        """The exit code of a process that does not answer."""
        with suppress(subprocess.TimeoutExpired):
            process.wait(self._patience)
        self.close()
        return process.returncode

    @staticmethod
    def _send(process: "subprocess.Popen[bytes]", body: bytes) -> None:
        assert process.stdin is not None
        process.stdin.write(LENGTH.pack(len(body)))
        process.stdin.write(body)
        process.stdin.flush()

    @staticmethod
    def _receive(process: "subprocess.Popen[bytes]") -> _Answer:
        assert process.stdout is not None
        (length,) = LENGTH.unpack(_exactly(process.stdout, LENGTH.size))
        if length > _LARGEST_HEADER:
            raise ValueError("the answer is invalid")
        header: dict[str, Any] = json.loads(_exactly(process.stdout, length))
        return _Answer(header, _exactly(process.stdout, 3 * header.get("width", 0) * header.get("height", 0)))


def _is_busy() -> bool:
    """Whether more programs want to run than there are cores."""
    return hasattr(os, "getloadavg") and os.getloadavg()[0] > (os.cpu_count() or 1)


def _why(code: int, busy: bool = False) -> StudioError:
    """The error for a process that ended during a picture, also on another try."""
    if code in _OVERRUN and busy:
        return DecoderError(
            f"{NAME} could not be read in time, since the machine was busy: try again when it has less to do."
        )
    if code in _OVERRUN:
        return StudioError(f"{NAME} takes too long to read: save it again as PNG or JPEG.")
    return StudioError(f"{NAME} is broken and cannot be read: save it again as PNG or JPEG.")


def _exactly(source: Any, count: int) -> bytes:
    data: bytes = source.read(count)
    if len(data) < count:
        raise EOFError
    return data


decoder = Decoder()
"""The decoder of this process."""
