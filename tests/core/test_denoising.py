"""Where a share of denoising lies among the steps, and sigmas for other numbers of steps."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gal_studio.assets import load_preset
from gal_studio.core.denoising import Denoising, spaced
from gal_studio.core.errors import StudioError
from gal_studio.core.gal.ladder import LADDER, rungs_drawn
from gal_studio.core.recipe import Recipe
from gal_studio.core.settings import GenerationSettings, Settings

SIX = (80.0, 12.7, 6.0, 2.6, 1.0, 0.35)
KARRAS = tuple((80 ** (1 / 7) + k / 9 * (0.02 ** (1 / 7) - 80 ** (1 / 7))) ** 7 for k in range(10))


@given(st.floats(0, 1), st.integers(1, 60))
def test_without_sigmas_a_share_is_one_of_the_steps(share: float, steps: int) -> None:
    assert Denoising(steps).before(share) == math.floor(share * steps + 0.5)


def test_with_sigmas_a_share_is_a_place_in_noise_and_the_case_by_hand() -> None:
    """0.7 of ten steps lies between sigma 1.03 and 0.35, which is before the last of these six."""
    six = Denoising(6, SIX)
    assert [six.before(share) for share in (0.0, 0.1, 0.3, 0.5, 0.7, 1.0)] == [0, 1, 1, 3, 5, 6]
    switched = Recipe(0.4, 1.0, 0.7)
    assert [switched.strength(step, six) for step in range(6)] == [0.4] * 5 + [1.0]
    assert [switched.strength(step, 10) for step in range(10)] == [0.4] * 7 + [1.0] * 3


@given(st.floats(0, 1))
def test_ten_sigmas_of_karras_spacing_are_switched_where_ten_steps_are(share: float) -> None:
    assert Denoising(10, KARRAS).before(share) == pytest.approx(Denoising(10).before(share), abs=0)


@given(st.integers(0, 10), st.lists(st.sampled_from(range(10)), min_size=1, unique=True).map(sorted))
def test_a_switch_leaves_each_noise_its_strength_whichever_steps_are_left_out(
    tenth: int, kept: list[int]
) -> None:
    """The steps of a shorter list have the strengths that those of the ten had; the first one begins both."""
    kept = sorted({0, *kept})
    whole = Denoising(10).before(tenth / 10)
    short = Denoising(len(kept), tuple(KARRAS[step] for step in kept)).before(tenth / 10)
    assert short == sum(step < whole for step in kept)


def test_the_bundled_model_draws_every_rung_in_six_steps_and_a_stored_project_in_ten() -> None:
    preset = load_preset("pocket")
    for kind in ("style", "object"):
        now = preset.settings[kind]
        assert now.generation.denoising == Denoising(6, SIX)
        assert rungs_drawn(now.generation.denoising) == tuple(range(len(LADDER)))
        assert [LADDER[rung].first_late(now.generation.denoising) for rung in (2, 4, 6)] == [1, 3, 5]
        stored = now.to_dict()
        stored["generation"] |= {"steps": 10}
        del stored["generation"]["sigmas"]
        before = Settings.from_dict(stored).generation
        assert before.denoising == Denoising(10) and before.drawn_with == "10 steps, guidance " + (
            "4" if kind == "style" else "4.5"
        )
        assert [LADDER[rung].first_late(before.denoising) for rung in (2, 4, 6)] == [3, 5, 7]


def test_other_numbers_of_steps_lie_evenly_between_the_logarithms() -> None:
    assert spaced(SIX, 6) == SIX and spaced((), 9) == ()
    eleven = spaced(SIX, 11)
    assert eleven[::2] == SIX and eleven[1] == pytest.approx(math.sqrt(80 * 12.7), rel=1e-3)
    assert spaced(SIX, 1) == (80.0,) and spaced((9.0,), 1) == (9.0,)
    some = GenerationSettings(steps=3, sigmas=SIX)
    assert some.denoising.sigmas == (80.0, pytest.approx(math.sqrt(6.0 * 2.6), rel=1e-3), 0.35)


def test_they_are_read_from_json_and_from_what_is_typed() -> None:
    for written in ([80, 12.7, 6, 2.6, 1, 0.35], "80, 12.7, 6,2.6,1 ,.35"):
        read = GenerationSettings.from_dict({"steps": 6, "sigmas": written})
        assert read.sigmas == SIX and read.updated({"sigmas": ""}).sigmas == ()
    assert read.drawn_with == "6 steps at sigma 80, 12.7, 6, 2.6, 1, 0.35, guidance 4"
    assert GenerationSettings().distinctive() == {} and read.distinctive()["sigmas"] == list(SIX)


@pytest.mark.parametrize("wrong", [[1, 2], [1, 1], ["much"], [math.nan], [80, 0], [True], "80; 6", 7, [1001]])
def test_other_lists_are_refused(wrong: object) -> None:
    with pytest.raises(StudioError, match=r"Sigmas is .*: (choose|each number)"):
        GenerationSettings.from_dict({"sigmas": wrong})


def test_a_fast_model_has_its_own_steps() -> None:
    fast = GenerationSettings(steps=6, sigmas=SIX, fast_model="Tongyi-MAI/Z-Image-Turbo").as_drawn
    assert fast.denoising == Denoising(8)
