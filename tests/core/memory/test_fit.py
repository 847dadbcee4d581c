"""One rule chooses how a model is held: the fastest settings whose round fits."""

from typing import get_args

import pytest

from gal_studio.assets import load_preset, load_presets, load_shape
from gal_studio.core.errors import StudioError
from gal_studio.core.memory.fit import fit, ladder, smallest
from gal_studio.core.memory.machine import MachineSettings
from gal_studio.core.memory.need import DeviceKind, need, operations
from gal_studio.core.memory.room import GIGABYTE, gigabytes, room_of
from gal_studio.core.memory.shape import Line, ModelShape
from gal_studio.core.settings import Settings

XL = load_shape("sdxl")
STYLE = load_preset("sdxl").settings["style"]


def test_a_line_goes_through_what_was_measured() -> None:
    line = Line.through(small=70, large=170, double=320, pixels=(100, 200))
    assert (line.at(1, 100), line.at(1, 200), line.at(2, 200)) == (70, 170, 320)
    assert line == Line(fixed=20, row=-50, pixel=1.0)


def test_a_shape_is_read_as_it_was_written() -> None:
    assert ModelShape.from_dict(XL.to_dict()) == XL
    with pytest.raises(StudioError, match="install GAL Studio again"):
        ModelShape.from_dict({"family": "sdxl"})


def test_a_need_of_a_target_without_layers_is_refused() -> None:
    settings = load_preset("z-image").settings["style"].updated({"tune": {"target": "style"}})
    with pytest.raises(StudioError, match="choose 'attention' or 'all'"):
        need(load_shape("z-image"), settings, "cuda")


def test_a_need_is_counted_by_hand() -> None:
    """LoRA of rank 2: weights, 16 bytes for each trained one, 1.42 times the activations (1.1 on a CPU).

    A CPU's allocator keeps 16 MB and 0.6 of what drawing holds, with bfloat16 19 MB and 1.3 of it.
    """
    shape = ModelShape(
        family="made", resolution=10, grid=8, guided_above=1.0,
        denoiser=1000, linear=600, autoencoder=100, text=300, text_linear=200,
        lora={"attention": 5, "all": 9}, targeted={"attention": 200, "all": 500}, block=150,
        training={"all": Line(0, 0, 2.0), "all, again": Line(0, 0, 0.5), "full": Line(0, 0, 25.0)},
        drawing=Line(0, 0, 1.0), encoding=Line(0, 0, 3.0), decoding=Line(0, 0, 4.0),
        operations=Line(0, 0, 7.0),
    )  # fmt: skip
    tune, drawn = {"rank": 2, "batch_size": 3, "resolution": 64}, {"batch_size": 2, "resolution": 64}
    settings = Settings().updated({"tune": tune, "generation": drawn})
    pixels = 64 * 64
    plain = need(shape, settings, "cuda")
    assert plain.text == 4 * 100 + 2 * 300 + 2 * 1000
    assert plain.training == 400 + 600 + 2000 + int(16 * 2 * 9 + 1.42 * 3 * 2 * pixels)
    assert plain.drawing == 400 + 600 + 2000 + int(1.42 * max(4 * pixels, 4 * pixels))
    small = settings.updated({"machine": {"base": "int8", "text_off_device": True, "checkpointing": True}})
    spared = need(shape, small, "cuda", whole_batch=False)
    assert spared.text == 400 + 200 + 2 * 100
    active = 16 * 2 * 9 + 2 * 150 + 1.42 * 0.5 * pixels
    assert spared.training == 400 + 600 + 800 + int(max(active, 1.42 * 3 * pixels))
    single, copied = (need(shape, settings, kind) for kind in ("cpu", "cpu-bf16"))
    assert single.training == int(1.23 * (400 + 1200 + 4000 + int(16 * 18 + 1.1 * 3 * 4 * pixels)))
    live = 1.1 * 8 * pixels
    held = 400 + 1200 + 4000
    assert single.drawing == int(1.1 * (held + 4 * 500 + int(live + int(0.6 * live)) + (16 << 20)))
    active = 16 * 18 + 2 * 1000 + 1.1 * 3 * 2 * pixels
    assert copied.training == int(1.23 * (400 + 1200 + 4000 + int(active)))
    assert copied.drawing == int(1.1 * (held + 2 * 1000 + int(live / 2 + int(1.3 * live / 2)) + (19 << 20)))
    switching = settings.updated({"generation": {"latest_switch": 0.5}})
    short, plenty = plain.drawing, plain.drawing + 2 * 2 * 1000
    for room, more in ((None, 0), (short, 0), (plenty, 2 * 500)):
        assert need(shape, switching, "cuda", room=room).drawing == plain.drawing + more
    assert need(shape, switching, "cpu").drawing == single.drawing + int(1.1 * 4 * 500)
    full = settings.updated({"tune": {"method": "full", "batch_size": 1}})
    assert need(shape, full, "cuda").training == 1000 + int((16 + 2) * 1000 + 1.42 * (25 * pixels - 2000))
    assert operations(shape, settings, trained=2, drawn=0) == 2 * 3 * 7 * pixels * 3
    assert operations(shape, small, trained=1, drawn=1) == 3 * 7 * pixels * 4 + 20 * 2 * 7 * pixels


@pytest.mark.parametrize("preset", [one for one in load_presets() if one.shape], ids=lambda one: one.name)
def test_each_step_of_the_ladder_needs_less_than_the_one_before(preset: object) -> None:
    for kind in get_args(DeviceKind):
        shape = load_shape(preset.shape)  # type: ignore[attr-defined]
        steps = list(ladder(shape, preset.settings["object"], kind))  # type: ignore[attr-defined]
        peaks = [smallest(shape, step, kind).peak for step in steps]
        assert peaks == sorted(peaks, reverse=True) and peaks[-1] < peaks[0]
        for room in peaks:
            chosen = fit(shape, steps[0], kind, room)
            assert chosen is not None and smallest(shape, chosen, kind).peak <= room
        assert fit(shape, steps[0], kind, min(peaks) - 1) is None


def test_what_fits_as_it_is_is_not_changed() -> None:
    assert fit(XL, STYLE, "cuda", 40 * GIGABYTE) == STYLE


@pytest.mark.parametrize(
    ("preset", "kind", "total", "expected"),
    [
        ("sd15", "cuda", 6, {}),
        ("sdxl", "cuda", 6, {"text_off_device", "tiling", "checkpointing", "base"}),
        ("sdxl", "cuda", 8, {"text_off_device", "tiling", "checkpointing"}),
        ("sdxl", "cuda", 24, {}),
        ("sdxl", "cpu", 16, {"checkpointing", "precision", "base"}),
        ("flux2-klein", "cuda", 8, {"text_off_device", "tiling", "checkpointing", "base"}),
        ("flux2-klein", "cuda", 12, {"text_off_device", "tiling", "checkpointing"}),
        ("sd14-paper", "cuda", 12, {"optimizer"}),
        ("sd14-paper", "cuda", 24, {}),
    ],
)
def test_presets_for_common_devices(preset: str, kind: DeviceKind, total: int, expected: set[str]) -> None:
    """As reported: klein's LoRA in 12 GB in half precision, in 8 GB on 8-bit integers."""
    given = load_preset(preset)
    room = room_of(kind, total * GIGABYTE)
    chosen = fit(load_shape(given.shape), given.settings["style"], kind, room)
    assert chosen is not None
    plain = MachineSettings().to_dict()
    changed = {name for name, value in chosen.machine.to_dict().items() if value != plain[name]}
    assert changed == set(expected)
    assert chosen.tune == given.settings["style"].tune


def test_what_is_not_installed_is_not_chosen() -> None:
    small = room_of("cuda", 6 * GIGABYTE)
    assert fit(XL, STYLE, "cuda", small, without=("base",)) is None
    chosen = fit(XL, STYLE, "cuda", small + 3 * GIGABYTE // 4, without=("base",))
    assert chosen is not None and (chosen.machine.base, chosen.tune.resolution) == ("plain", 512)


def test_the_published_training_is_never_made_smaller() -> None:
    paper = load_preset("sd14-paper")
    shape, settings = load_shape(paper.shape), paper.settings["style"]
    assert fit(shape, settings, "cuda", room_of("cuda", 8 * GIGABYTE)) is None
    assert {step.tune.resolution for step in ladder(shape, settings, "cuda")} == {512}


def test_amounts_in_words() -> None:
    assert (gigabytes(1.5 * GIGABYTE), gigabytes(3 << 20)) == ("1.5 GB", "3 MB")
