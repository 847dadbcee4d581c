"""How far work is, and how quick."""

from gal_studio.core.jobs.kinds import BYTES, Phase
from gal_studio.core.words import clock

STEPS, IMAGES, DOWNLOAD = Phase(unit="steps"), Phase(unit="images"), Phase(unit=BYTES)


def test_how_far_work_is() -> None:
    assert (STEPS.progress(40, 200), STEPS.amount(40, 200)) == ("40 / 200", "40 of 200 steps")
    assert DOWNLOAD.progress(1_200_000_000, 5_100_000_000) == "1.2 of 5.1 GB"
    assert STEPS.progress(0, 0) == DOWNLOAD.progress(0, 0) == ""


def test_how_quick_it_is() -> None:
    assert IMAGES.speed(0.04) == "25 s per image"
    assert STEPS.speed(2.54) == Phase().speed(2.54) == "2.5 steps/s"
    assert (DOWNLOAD.speed(1.25e7), DOWNLOAD.speed(90_000)) == ("12 MB/s", "90 kB/s")


def test_a_time() -> None:
    assert [clock(31), clock(3725), clock(-4), clock(59.6)] == ["0:31", "1:02:05", "0:00", "1:00"]
