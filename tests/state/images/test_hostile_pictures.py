"""Hostile or unusual files; `workshop.benchmarks.faults files` damages others at random, too."""

import io
import os
import random
import signal
import struct
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import psutil
import pytest
from PIL import Image, ImageCms

from gal_studio import patience
from gal_studio.core.errors import StudioError
from gal_studio.state import Store
from gal_studio.state.images import decode, sandbox, sandbox_process
from gal_studio.state.images.read import read_picture
from gal_studio.state.images.sandbox import Decoder
from gal_studio.studio import ProjectDraft, Studio
from gal_studio.studio.create.project import MOST_REFERENCES
from tests.state.images.heic import HEIC_PICTURE
from tests.state.images.hostile import Hostile, pictures, pixels, png
from tests.state.images.profiles import chunk, encoded

GOOD = encoded(Image.new("RGB", (9, 9)))


@pytest.fixture
def worker() -> Iterator[Decoder]:
    """A decoder whose process has read a picture, and reads the next one after all."""
    decoder = Decoder()
    assert decoder.decode(GOOD)[0].size == (9, 9)
    yield decoder
    assert decoder.decode(GOOD)[0].size == (9, 9)
    decoder.close()


def fate_of(file: Hostile) -> tuple[str, str]:
    """The outcome of a file, and the message."""
    try:
        picture, notes = read_picture(file.data)
    except StudioError as error:
        return "refused", str(error)
    assert picture.mode == "RGB"
    assert max(picture.size) <= 2048
    assert not picture.info
    return "read", ", ".join(notes)


def work_of(process: psutil.Process) -> float:
    """The CPU seconds of a process."""
    times = process.cpu_times()
    return times.user + times.system


def test_hostile_pictures_cost_a_sentence_and_little_else() -> None:
    """No crash, no hang, the expected outcome with one sentence, in bounded memory."""
    own = psutil.Process()
    before, fates = own.memory_info().rss, {"read": 0, "refused": 0}
    for file in pictures(seed=1):
        worker = sandbox.decoder.running()
        process, used = psutil.Process(worker.pid), work_of(psutil.Process(worker.pid))
        fate, said = fate_of(file)
        fates[fate] += 1
        assert file.fate in ("either", fate), f"{file.name} was {fate}: {said}"
        assert said.count(". ") == 0, file.name
        if process.is_running() and process.status() != psutil.STATUS_ZOMBIE:
            assert work_of(process) - used < 2.0, file.name
    assert fates["read"] > 50
    assert fates["refused"] >= 50
    assert own.memory_info().rss - before < 200 << 20


def test_the_process_that_decodes_is_held_by_the_system() -> None:
    read_picture(GOOD)
    process = psutil.Process(sandbox.decoder.running().pid)
    if hasattr(process, "rlimit"):
        assert process.rlimit(psutil.RLIMIT_AS)[1] == sandbox_process.MEMORY
        assert process.rlimit(psutil.RLIMIT_FSIZE)[1] == 0


@pytest.mark.skipif(os.name != "posix", reason="a process cannot be stopped from outside elsewhere")
def test_what_lasts_too_long_is_ended_and_the_next_picture_is_read(
    worker: Decoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The timeout of the parent, which holds if the system supports no limits, also on a second try."""
    os.kill(worker.running().pid, signal.SIGSTOP)  # it will not answer, however quick it is
    monkeypatch.setattr(patience, "_is_stopped", lambda process: False)  # as one that computes for ever
    worker._patience = 0.01
    with pytest.raises(StudioError, match="the machine was busy: try again"):
        worker.decode(GOOD)
    worker._patience = 60


@pytest.mark.skipif(os.name != "posix", reason="a process cannot be stopped from outside elsewhere")
def test_a_picture_that_a_busy_machine_made_slow_is_tried_again(worker: Decoder) -> None:
    process = worker.running()
    os.kill(process.pid, signal.SIGSTOP)
    threading.Timer(0.5, os.kill, (process.pid, signal.SIGKILL)).start()  # as the clock of the CPU would
    assert worker.decode(GOOD)[0].size == (9, 9)


def test_a_refusal_says_whether_the_machine_was_busy() -> None:
    assert "machine was busy" in str(sandbox._why(-signal.SIGKILL, busy=True))
    assert "save it again as PNG" in str(sandbox._why(-signal.SIGKILL, busy=False))
    assert "is broken" in str(sandbox._why(1, busy=True))


def test_work_without_end_is_ended_by_the_clock(worker: Decoder) -> None:
    """The process is killed after SECONDS of CPU time, whatever it does."""
    process = worker.running()
    os.kill(process.pid, signal.SIGPROF)  # what the timer sends
    process.wait()
    with pytest.raises(StudioError, match="takes too long"):
        raise sandbox._why(process.returncode)


@pytest.mark.parametrize("how", ["killed", "left in good order"])
def test_process_that_died_between_two_pictures_is_replaced(worker: Decoder, how: str) -> None:
    process = worker.running()
    if how == "killed":
        process.kill()
    else:
        assert process.stdin is not None
        process.stdin.close()
        process.stdin = io.BytesIO()  # type: ignore[assignment]
    process.wait()


def test_interrupted_question_does_not_spoil_the_next(
    worker: Decoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(_process: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(worker, "_receive", interrupted)
        worker.decode(encoded(Image.new("RGB", (30, 40))))


def test_pictures_from_many_threads_are_not_mixed_up() -> None:
    sizes = [(edge, edge) for edge in range(10, 18)]
    with ThreadPoolExecutor(len(sizes)) as pool:
        read = pool.map(lambda size: read_picture(encoded(Image.new("RGB", size)))[0].size, sizes)
    assert list(read) == sizes


def test_place_camera_and_words_are_in_nothing_that_is_stored(store: Store) -> None:
    exif = Image.Exif()
    exif[0x010E] = "SECRET description"
    exif[0x8825] = {1: "N", 2: (52.0, 31.0, 12.0)}
    noise = Image.frombytes("RGB", (16, 16), random.Random(1).randbytes(768))
    texts = chunk(b"tEXt", b"Author\0SECRET") + chunk(b"iTXt", b"XML:com.adobe.xmp\0\0\0\0\0SECRET")
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    for data in (
        encoded(noise, "JPEG", exif=exif, comment=b"SECRET", icc_profile=profile, xmp=b"<x>SECRET</x>"),
        encoded(noise, "WEBP", exif=exif, xmp=b"SECRET"),
        png(16, 16, texts, pixels(16, 16)),
    ):
        assert b"SECRET" in data
        picture, _ = read_picture(data)
        kept = store.images.read(store.images.add_picture(picture))
        assert b"SECRET" not in kept
        assert {b"eXIf", b"iCCP", b"tEXt", b"iTXt"} & {
            kept[place : place + 4] for place in range(len(kept))
        } == set()
    _, notes = read_picture(encoded(noise, "JPEG", exif=exif))
    assert notes == ("GPS location: removed",)


def test_a_project_takes_so_many_pictures_and_no_more(store: Store) -> None:
    references = [(GOOD, "A cat in ink style")] * (MOST_REFERENCES + 1)
    draft = ProjectDraft("style", references, base_model="someone/a-model", clip_model="ViT-B-32/openai")
    with pytest.raises(StudioError, match="has 65 references: choose the best 64"):
        Studio(store).create_project(draft)
    assert not list(store.images.folder.iterdir())


def test_a_broken_heic_picture_is_refused_in_a_sentence() -> None:
    data = struct.pack(">I", 24) + b"ftypheic" + bytes(4) + b"mif1heic" + bytes(200)
    with pytest.raises(StudioError, match=r"not an image that can be read|is broken") as refusal:
        read_picture(data)
    assert "pip" not in str(refusal.value)


def test_without_its_library_a_heic_picture_is_refused_without_a_command(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(decode, "known_formats", lambda: ("JPEG", "PNG"))
    with pytest.raises(StudioError, match="a HEIC image, which this installation cannot read: save it as"):
        decode.decode("photo.heic", HEIC_PICTURE)


def test_heic_is_read() -> None:
    picture, _ = read_picture(HEIC_PICTURE)
    assert picture.size == (64, 48)
    (red, _, _), (_, _, blue) = picture.getpixel((8, 24)), picture.getpixel((56, 24))
    assert red > 180 and blue > 180
