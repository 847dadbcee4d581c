"""The settings that the form starts from, and what it says of a target that a model does not have."""

from typing import Any

import pytest
from pydantic import TypeAdapter

from gal_studio.assets import load_preset, load_shape
from gal_studio.core.types import Kind
from gal_studio.ui.panels import form
from gal_studio.ui.panels.form import Form
from gal_studio.ui.panels.form_plan import own_settings, plan_of
from gal_studio.ui.panels.reference_form import derived
from gal_studio.ui.payloads.forms import Derive
from tests.ui.asking import ask
from tests.ui.conftest import Place
from tests.ui.test_statements import calls

KLEIN = {"kind": "style", "preset": None, "base_model": "klein", "clip_model": "clip"}
SETS = [{"prompts": ["A cat in ink style"], "trigger_word": ""}]


@pytest.fixture
def own_klein(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(form, "measured_shape", lambda model: load_shape("flux2-klein"))


def test_a_model_of_the_users_own_and_a_lora_start_as_the_preset() -> None:
    preset = {"kind": "style", "preset": "pocket"}
    drawing = load_preset("pocket").settings["style"].generation
    assert drawing.allocation == "ladder"
    for request in (preset, {**preset, "start_from": "a.safetensors"}):
        assert Form.parsed(request).started_from.generation == drawing
    own = drawing.updated({"sigmas": [], "steps": 10})  # another model spaces its own steps
    assert Form.parsed({**KLEIN, "base_model": "some/model"}).started_from.generation == own
    assert Form.parsed({**KLEIN, "base_model": "some/model"}).started_from.tune.crop == "none"


@pytest.mark.parametrize("kind", ["style", "object"])
def test_a_model_of_the_users_own_is_shown_as_it_starts(place: Place, kind: Kind) -> None:
    shown = ask("options", place.studio)["own"][kind]
    assert shown == own_settings()[kind].to_dict()
    assert (shown["generation"]["allocation"], shown["tune"]["crop"]) == ("ladder", "none")


@pytest.mark.usefixtures("own_klein")
def test_a_transformer_of_the_users_own_has_a_plan() -> None:
    assert plan_of(None, Form.parsed(KLEIN)) is not None


def test_too_few_steps_are_told_at_their_field() -> None:
    def told(**changed: object) -> list[str]:
        settings = {f"generation.{name}": value for name, value in changed.items()}
        answer = derived(
            Form.parsed({"kind": "style", "preset": "pocket", "sets": SETS, "settings": settings})
        )
        return [note.text for note in answer.notes if note.field == "generation.steps"]

    assert told() == told(steps=6) == told(steps=9) == told(steps=8, sigmas="") == []
    assert told(steps=5) == ["With 5 sampling steps, Pocket’s images get worse: choose 6 or more."]
    (without,) = told(steps=7, sigmas="")
    assert without.startswith("With 7 sampling steps and no list of sigmas") and "choose 8 or more" in without


def test_a_target_without_layers_is_told_at_its_field() -> None:
    model = {"kind": "style", "preset": "z-image"}
    answer = derived(Form.parsed({**model, "sets": SETS, "settings": {"tune.target": "style"}}))
    (told,) = [note for note in answer.notes if note.field == "tune.target"]
    assert "choose 'attention' or 'all'" in told.text
    assert answer.name, "the rest of the form is derived"
    assert answer.plan == ""


def shapes(model: dict[str, Any], **settings: Any) -> list[Any]:
    """What is said of a tall picture, a square one, and one that is not shown yet."""
    sizes = [[1080, 1920], [640, 640], None]
    given = {"sets": [{**SETS[0], "pictures": 3, "sizes": sizes}], "settings": settings}
    TypeAdapter(Derive).validate_python({**model, **given}, strict=True)
    return list(derived(Form.parsed({**model, **given})).sets[0].shapes)


def test_pictures_in_their_shapes_are_shown_with_the_size_trained_on() -> None:
    tall, square, unknown = shapes({"kind": "style", "preset": "sd15"})
    assert (tall.width, tall.height, tall.text) == (384, 680, "Trained on as it is: 384 × 680.")
    assert (square.width, square.height) == (512, 512) and unknown is None
    tall, *_ = shapes({"kind": "object", "preset": "flux2-klein"}, **{"tune.resolution": 512})
    assert (tall.width, tall.height) == (384, 672)
    tall, *_ = shapes({**KLEIN, "base_model": "a/model-of-the-hub"})
    assert (tall.width, tall.height, tall.text) == (1080, 1920, "Trained on as it is.")
    for model, changed in (("sd15", "center"), ("sd14-paper", "random"), ("pocket", "center")):
        assert shapes({"kind": "style", "preset": model}, **{"tune.crop": changed}) == [None] * 3


def test_the_bundled_model_is_taught_squares_alone() -> None:
    pocket = {"kind": "style", "preset": "pocket"}
    assert shapes(pocket) == [None] * 3
    answer = derived(Form.parsed({**pocket, "sets": SETS, "settings": {"tune.crop": "none"}}))
    (told,) = [note for note in answer.notes if note.field == "tune.crop"]
    assert told.text == (
        "Crop is none, but the bundled model knows only squares: choose a square, or another model."
    )


def test_a_keystroke_parses_the_form_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """All that is said of it follows from that one value, whose settings are fitted to the device once."""
    fitted: list[Any] = []
    plain = form.fitted_to
    monkeypatch.setattr(form, "fitted_to", lambda *given: fitted.append(given) or plain(*given))
    typed = {"kind": "style", "preset": "sdxl", "settings": {"tune.steps": 200, "tune.rank": 8}}
    given = Form.parsed({**typed, "sets": [{**SETS[0], "sizes": [[640, 640]]}]})
    count = calls(lambda: derived(given))
    assert len(fitted) == 1
    assert count <= 9_500  # the less memory is free, the more it is planned
