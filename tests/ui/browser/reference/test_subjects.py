"""Several objects and the list of anchors in a real Chromium."""

from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from playwright.sync_api import expect

from gal_studio.studio import ProjectDraft, ReferenceDraft
from tests.ui.browser.menus import create_with_own_model
from tests.ui.conftest import Served, Watched
from tests.ui.seeded import picture

pytestmark = pytest.mark.browser

POT, BEAR = "A <dotty> teapot in the snow", "A <brumm> teddy bear on a rug"
TOGETHER = "a <dotty> teapot and a <brumm> teddy bear"
EDITOR = "dialog.anchors-editor[open]"
NAMELESS = (
    "(box) => [...document.querySelectorAll(`${box} :is(button, input)`)]"
    ".filter((node) => !(node.getAttribute('aria-label') || node.textContent.trim()"
    " || node.labels?.length))"
    ".map((node) => node.outerHTML)"
)


@pytest.fixture
def files(tmp_path: Path) -> dict[str, str]:
    """Pictures with their prompts, one mask that fits and one that does not."""
    for name, prompt in (("pot", POT), ("bear", BEAR)):
        (tmp_path / f"{name}.png").write_bytes(picture((10, 200, 90)))
        (tmp_path / f"{name}.txt").write_text(prompt)
    mask = Image.new("L", (48, 48))
    mask.paste(255, (8, 8, 30, 30))
    mask.save(tmp_path / "pot-masklabel.png")
    mask.resize((9, 9)).save(tmp_path / "bear-masklabel.png")
    return {path.name: str(path) for path in tmp_path.iterdir() if path.is_file()}


def object_form(watched: Watched, served: Served) -> Any:
    page = watched.open(served.address)
    page.wait_for_selector(".presets input[value=own]")
    page.check("input[name=kind][value=object]")
    return page


def give(page: Any, number: int, *names: str) -> None:
    page.set_input_files(f".reference-set >> nth={number} >> input[type=file]", list(names))


def facts(page: Any, number: int) -> list[str]:
    return page.locator(".reference-set").nth(number).locator(".derived dd").all_inner_texts()


def test_two_objects_are_made_in_the_form(watched: Watched, served: Served, files: dict[str, str]):
    page = object_form(watched, served)
    give(page, 0, files["pot.png"], files["pot.txt"], files["pot-masklabel.png"])
    page.wait_for_selector(".field-note:text('with its mask')")
    page.wait_for_selector(".derived p")
    expect(page.locator(".set-head:visible")).to_have_count(0)  # one object needs no number
    page.click("[data-part=another]")
    examples = page.locator("[data-part=trigger]").evaluate_all("(all) => all.map((one) => one.placeholder)")
    assert examples[0] != examples[1], "both would have one trigger word"
    assert page.evaluate(NAMELESS, ".reference-sets") == []
    give(page, 1, files["bear.png"], files["bear.txt"])
    page.wait_for_selector(f".new-project > .derived:has-text('{TOGETHER} in a workshop')")
    assert page.locator(".set-head:visible h3").all_inner_texts() == ["Object 1", "Object 2"]
    assert facts(page, 0) == ["<dotty>", "a <dotty> teapot", "A teapot in the snow", "a photo of a teapot"]
    assert facts(page, 1)[2:] == ["A teddy bear on a rug", "a photo of a teddy bear"]
    create_with_own_model(page)
    made = served.place.studio.projects()[0]
    assert made.name == TOGETHER.capitalize()
    assert [shown.trigger_word for shown in made.references] == ["<dotty>", "<brumm>"]
    assert [shown.mask is not None for shown in made.references] == [True, False]
    page.click("[data-step=reference]")
    page.wait_for_selector(".subject >> nth=1")
    expect(page.locator(".subject").nth(0).locator(".with-mask")).to_have_count(1)
    assert page.locator(".subject code").all_inner_texts()[3:] == [
        "<brumm>", "A teddy bear on a rug", "a photo of a teddy bear"
    ]  # fmt: skip


@pytest.mark.thorough
def test_what_is_wrong_with_an_object_is_said_at_that_object(
    watched: Watched, served: Served, files: dict[str, str]
):
    page = object_form(watched, served)
    give(page, 0, files["pot.png"], files["pot.txt"])
    page.click("[data-part=another]")
    give(page, 1, files["bear.png"], files["bear.txt"])
    page.fill(".reference-set >> nth=1 >> [data-part=trigger]", "<dotty>")
    wrong = ".reference-set:nth-child(2) .field-notes p[data-tone=error]"
    page.wait_for_selector(f"{wrong}:has-text('does not contain the trigger word')")
    expect(page.locator(".reference-set:nth-child(1) .field-notes p[data-tone=error]")).to_have_count(0)
    page.fill(".reference-set >> nth=1 >> [data-part=prompt]", "A <dotty> teapot")
    page.wait_for_selector(f"{wrong}:has-text('give each its own word')")
    page.click("[data-part=create]")
    page.wait_for_selector(".reference-set:nth-child(2) [data-part=trigger][aria-invalid=true]:focus")
    assert not served.place.studio.projects()[1:], "nothing is made of a form with an error"
    page.click("[aria-label='Remove object 2']")
    page.wait_for_selector(wrong, state="detached")
    expect(page.locator(".reference-set")).to_have_count(1)
    page.check("input[name=kind][value=style]")
    assert not page.is_visible("[data-part=another]")
    page.check("input[name=kind][value=object]")
    give(page, 0, files["bear.png"], files["bear.txt"], files["bear-masklabel.png"])
    page.wait_for_selector(".toast:has-text('is 9 x 9 pixels and its image 48 x 48')")
    expect(page.locator(".reference-rows li")).to_have_count(2)  # a mask that does not fit leaves its picture
    page.click("[aria-label='Remove pot.png']")
    give(page, 0, files["pot-masklabel.png"])
    page.wait_for_selector(".toast:has-text('the mask of an image that is not here')")


def test_anchors_are_edited_by_keyboard(watched: Watched, served: Served):
    studio, project = served.place.studio, served.place.project

    def prompts() -> list[str]:
        return [anchor.prompt for anchor in studio.project(project).anchors if anchor.enabled]

    page = watched.open(served.url())
    page.click("[data-view=anchors]")
    page.click("#view-anchors button:text('Edit test prompts')")
    page.wait_for_selector(EDITOR)
    assert page.evaluate(NAMELESS, EDITOR) == []
    page.keyboard.type("A lighthouse {}")
    preview = "The prompt will be: A lighthouse in watercolor painting style"
    page.wait_for_selector(f".anchor-preview:text-is('{preview}')")
    page.keyboard.press("Enter")
    page.wait_for_selector(f"{EDITOR} >> text=1 test prompt added.")
    assert prompts()[-1] == "A lighthouse in watercolor painting style"
    page.focus(f"{EDITOR} input[role=switch] >> nth=0")
    page.keyboard.press("Space")
    page.wait_for_selector(f"{EDITOR} >> text=18 of 19 on")
    assert "A tie in watercolor painting style" not in prompts()
    page.keyboard.press("a")
    assert studio.store.decisions.of_round(served.place.round).verdicts == {}, "a key went through the dialog"
    page.fill(f"{EDITOR} input[type=text]", "A tie")
    page.keyboard.press("Enter")
    page.wait_for_selector(f"{EDITOR} .toast:has-text('does not name the subject')")
    assert page.input_value(f"{EDITOR} input[type=text]") == "A tie", "to be corrected"
    page.keyboard.press("Escape")
    page.wait_for_selector(EDITOR, state="hidden")
    page.wait_for_function("document.activeElement.textContent === 'Edit test prompts'")


def test_a_list_of_anchors_is_imported(watched: Watched, served: Served, tmp_path: Path):
    studio, project = served.place.studio, served.place.project
    lists = {"two": "A mill {}\nA barn {}\n", "four": "A mill {}\n\nA barn {}\r\nA tie {}\nA well {}\n"}
    for name, text in lists.items():
        (tmp_path / f"{name}.txt").write_text(text)
    page = watched.open(served.url("reference"))
    page.click(".open-project button:text('Edit test prompts')")
    page.check(f"{EDITOR} .only input")
    page.set_input_files(f"{EDITOR} input[type=file]", str(tmp_path / "two.txt"))
    page.wait_for_selector(".toast:has-text('at least 3 must stay enabled')")
    assert len(studio.project(project).anchors) == 18
    page.set_input_files(f"{EDITOR} input[type=file]", str(tmp_path / "four.txt"))
    page.wait_for_selector(f"{EDITOR} >> text=3 test prompts added, 17 test prompts disabled.")
    assert page.inner_text(f"{EDITOR} .card-head span") == "4 of 21 on"
    page.click(f"{EDITOR} button:text('Done')")
    page.wait_for_selector(".facts-list dd:text('4 of 21')")
    enabled = [anchor.prompt.split(" in ")[0] for anchor in studio.project(project).anchors if anchor.enabled]
    assert enabled == ["A tie", "A mill", "A barn", "A well"]
    page.reload()
    page.wait_for_selector(".facts-list dd:text('4 of 21')")
    page.click(".open-project button:text('Edit test prompts')")
    page.click(f"{EDITOR} input[role=switch] >> nth=0")
    page.wait_for_selector(f"{EDITOR} >> text=3 of 21 on")
    page.click(f"{EDITOR} input[role=switch] >> nth=20")
    page.wait_for_selector(".toast:has-text('at least 3')")
    page.wait_for_function("[...document.querySelectorAll('dialog[open] input[role=switch]')][20].checked")
    assert page.inner_text(f"{EDITOR} .card-head span") == "3 of 21 on", "what is refused goes back"


@pytest.mark.thorough
def test_many_trigger_words_are_counted_and_nothing_is_cut(watched: Watched, served: Served):
    words = {"dotty": "teapot", "brumm": "teddy bear", "zonko": "robot", "fleecy": "lamb"}
    project = served.place.studio.create_project(
        ProjectDraft(
            kind="object",
            references=[
                ReferenceDraft(picture((240, 150, 60)), f"A <{word}> {thing} on the stairs", f"<{word}>")
                for word, thing in words.items()
            ],
            base_model="someone/a-model",
            clip_model="ViT-B-32/openai",
        )
    )
    served.place.studio.run_round(served.place.studio.rounds(project)[0].id)
    page = watched.open(f"{served.address}/?project={project}&step=reference")
    page.set_viewport_size({"width": 1280, "height": 800})
    page.wait_for_selector("[data-part=trigger]:text('<dotty>, <brumm> +2')")
    assert all(f"“<{word}>”" in page.get_attribute("[data-part=trigger]", "title") for word in words)
    cut = page.evaluate(
        "[...document.querySelectorAll('.studio.top :is(.tag, .job-title, button)')].filter((node) =>"
        " node.offsetParent && node.scrollWidth > node.clientWidth + 1).map((node) => node.textContent)"
    )
    assert cut == []
    assert page.evaluate("document.documentElement.scrollWidth <= 1280")
