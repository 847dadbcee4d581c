"""The form of a new project in a real Chromium: kept over a reload, errors at their fields, captions."""

import io
import zipfile
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from PIL import Image, ImageOps
from playwright.sync_api import Error, Route, expect

from gal_studio.assets import demo
from gal_studio.core.pictures.fidelity import Fidelity
from gal_studio.ui.api.uploads import uploads
from tests.ui.browser.menus import file, open_advanced
from tests.ui.conftest import Served, Watched, until
from tests.ui.seeded import noise

pytestmark = pytest.mark.browser

ERROR, WARNING = ".field-notes p[data-tone=error]", ".field-notes p[data-tone=warning]"


def text(name: str, words: str) -> dict[str, Any]:
    return file(name, words.encode(), "text/plain")


def opened(watched: Watched, served: Served) -> Any:
    page = watched.open(served.address)
    page.wait_for_selector("[data-part=presets] input[value=own]")
    return page


def reloaded(page: Any) -> None:
    page.reload()
    page.wait_for_selector("html[data-studio=ready]")
    page.wait_for_selector("[data-part=presets] input[value=own]")


def values(page: Any) -> list[str]:
    """The values of all fields that a person can see."""
    return page.evaluate(
        "[...document.querySelectorAll('.new-project :is(input[type=text], input:checked)')]"
        ".filter((node) => node.checkVisibility()).map((node) => node.value)"
    )


KEPT = "Object.entries({}).find(([key]) => key.startsWith('gal-studio-form'))?.[1]"
"""The form that a storage holds, whichever workspace it is of."""


def pictures_checked(page: Any, number: int) -> None:
    """Wait until that many pictures were checked, which the form keeps."""
    page.wait_for_function(
        f"(number) => (JSON.parse({KEPT.format('sessionStorage')} ?? 'null')?.sets ?? [])"
        ".flatMap(({ rows }) => rows).length === number",
        arg=number,
    )


@pytest.mark.thorough
def test_a_reload_loses_nothing_of_an_unfinished_form(watched: Watched, served: Served):
    page = opened(watched, served)
    page.check("input[name=kind][value=object]")
    page.set_input_files("input[data-part=file]", [file(f"pot-{i}.png", noise(i)) for i in range(3)])
    page.fill("[data-part=prompt]", "A <dotty> teapot on a table")
    page.fill("[aria-label='What pot-1.png shows']", "A <dotty> teapot in the snow")
    page.fill(".reference-set [data-part=trigger]", "<dotty>")
    page.click("[data-part=another]")
    page.set_input_files(".reference-set >> nth=1 >> input[type=file]", [file("bear.png", noise(9))])
    page.fill(".reference-set >> nth=1 >> [data-part=prompt]", "A <brumm> teddy bear")
    page.check(".presets input[value=own]")
    page.fill("[name=base_model]", "someone/a-model")
    page.fill("[name=clip_model]", "ViT-B-32/openai")
    open_advanced(page)
    page.fill("[name='tune.steps']", "77")
    page.fill(".new-project [data-part=name]", "Pot and bear")
    pictures_checked(page, 4)
    before = values(page)
    reloaded(page)
    page.wait_for_function("document.querySelectorAll('.reference-rows img:not(.crop-picture)').length === 4")
    page.wait_for_function(
        "[...document.querySelectorAll('.reference-rows img:not(.crop-picture)')]"
        ".every((img) => img.naturalWidth === 48)"
    )
    open_advanced(page)
    assert values(page) == before
    page.click("[data-part=create]")
    page.wait_for_selector(".chip-round[aria-current]")
    made = served.place.studio.projects()[0]
    assert made.name == "Pot and bear" and made.settings.tune.steps == 77
    assert [one.prompt for one in made.references] == [
        "A <dotty> teapot on a table",
        "A <dotty> teapot in the snow",
        "A <dotty> teapot on a table",
        "A <brumm> teddy bear",
    ]
    for storage in ("sessionStorage", "localStorage"):
        assert page.evaluate(f"{KEPT.format(storage)} ?? null") is None


def lose_the_answer(route: Route) -> None:
    route.fetch()
    with suppress(Error):  # the page is reloaded while the answer comes
        route.abort()


@pytest.mark.thorough
def test_a_reload_while_the_project_is_made_makes_no_second_one(watched: Watched, served: Served):
    page = opened(watched, served)
    page.set_input_files("input[data-part=file]", [file("cat.png", noise(7))])
    page.fill("[data-part=prompt]", "A cat in lumira style")
    pictures_checked(page, 1)
    before = len(served.place.studio.projects())
    page.route("**/writes", lose_the_answer)
    with page.expect_event("requestfailed", lambda request: '"create"' in (request.post_data or "")):
        page.click("[data-part=create]")
    assert len(served.place.studio.projects()) == before + 1
    reloaded(page)
    page.unroute("**/writes")
    page.click("[data-part=create]")
    page.wait_for_selector(".chip-round[aria-current]")
    assert len(served.place.studio.projects()) == before + 1
    watched.complaints[:] = [line for line in watched.complaints if "ERR_FAILED" not in line]


@pytest.mark.thorough
def test_what_the_studio_lost_is_chosen_again_and_has_its_prompt(watched: Watched, served: Served):
    page = opened(watched, served)
    page.set_input_files("input[data-part=file]", [file(f"cat-{i}.png", noise(20 + i)) for i in range(2)])
    page.fill("[data-part=prompt]", "A cat in lumira style")
    page.fill("[aria-label='What cat-1.png shows']", "A dog in lumira style")
    pictures_checked(page, 2)
    kept = page.evaluate(f"JSON.parse({KEPT.format('sessionStorage')}).sets[0].rows[1].path")
    (uploads().folder / kept / "cat-1.png").unlink()
    reloaded(page)
    page.wait_for_selector(".toast:has-text('choose it again')")
    page.wait_for_function("document.querySelectorAll('.reference-rows li').length === 1")
    page.set_input_files("input[data-part=file]", [file("cat-1.png", noise(21))])
    page.wait_for_function(
        "document.querySelector(\"[aria-label='What cat-1.png shows']\")?.value === 'A dog in lumira style'"
    )
    watched.complaints[:] = [line for line in watched.complaints if "404" not in line]  # of the lost picture


@pytest.mark.thorough
@pytest.mark.parametrize("lost", ["**/gradio_api/upload", "**/component_server/"])
def test_a_picture_of_which_no_answer_came_keeps_its_row(watched: Watched, served: Served, lost: str):
    page = opened(watched, served)
    page.fill("[data-part=prompt]", "A cat in lumira style")
    page.route(lost, lambda route: route.fulfill(status=502, body="late"))
    page.set_input_files("input[data-part=file]", [file("slow.png", noise(41))])
    page.wait_for_selector("li:has-text('slow.png'):has-text('Not checked yet')")
    page.unroute(lost)
    page.click("[data-part=create]")
    page.wait_for_selector(".toast:has-text('slow.png is not checked yet')")
    page.click("[data-action=retry]")
    page.wait_for_selector("[data-action=retry]", state="detached")
    pictures_checked(page, 1)
    page.click("[data-part=create]")
    page.wait_for_selector(".chip-round[aria-current]")
    assert len(served.place.studio.projects()[0].references) == 1
    watched.complaints[:] = [line for line in watched.complaints if "502" not in line]


@pytest.mark.thorough
def test_a_mask_waits_until_its_picture_is_checked(watched: Watched, served: Served):
    page = opened(watched, served)
    page.check("input[name=kind][value=object]")
    lost = "**/component_server/"
    page.route(lost, lambda route: route.fulfill(status=502, body="late"))
    page.set_input_files("input[data-part=file]", [file("pot.png", noise(43))])
    page.wait_for_selector("li:has-text('pot.png'):has-text('Not checked yet')")
    mask, buffer = Image.new("L", (48, 48)), io.BytesIO()
    mask.paste(255, (8, 8, 30, 30))
    mask.save(buffer, "PNG")
    page.set_input_files("input[data-part=file]", [file("pot-masklabel.png", buffer.getvalue())])
    page.unroute(lost)
    page.click("[data-action=retry]")
    page.wait_for_selector(".field-note:text('with its mask')")
    watched.complaints[:] = [line for line in watched.complaints if "502" not in line]


def test_each_error_stands_at_its_field(watched: Watched, served: Served):
    page = opened(watched, served)
    page.click("[data-part=create]")
    page.wait_for_selector(f".drop + {ERROR}:has-text('There is no image yet')")
    page.wait_for_selector("input[data-part=file]:focus")
    page.set_input_files("input[data-part=file]", [file("cat.png", noise(3))])
    page.wait_for_selector(f".prompt-field {ERROR}:has-text('The prompt is empty')")
    page.fill("[data-part=prompt]", "A cat")
    page.wait_for_selector(f".prompt-field {ERROR}:has-text('names no style')")
    page.fill("[data-part=prompt]", "A cat in lumira style")
    page.wait_for_selector(ERROR, state="detached")
    open_advanced(page)
    page.fill("[name='generation.candidates']", "1")
    page.fill("[name='tune.rank']", "many")
    open_advanced(page)
    page.check(".presets input[value=own]")
    page.fill("[name=base_model]", "./nowhere")
    page.fill("[name=clip_model]", "")
    page.click("[data-part=create]")
    page.wait_for_selector(".own-model [aria-invalid=true]:focus")
    at = {
        "[name=base_model]": "There is no model folder",
        "[name=clip_model]": "is empty",
        "[name='generation.candidates']": "at least 2",
        "[name='tune.rank']": "'many'",
    }
    for field, words in at.items():
        described = page.get_attribute(f".new-project {field}", "aria-describedby")
        assert words in page.text_content(f"[id='{described}']"), field
    page.check(".presets input[value=pocket]")
    page.click("[data-part=create]")
    page.wait_for_selector("[name='tune.rank']:focus")
    assert len(served.place.studio.projects()) == 1, "nothing was made"
    assert page.input_value("[data-part=prompt]") == "A cat in lumira style"


def test_captions_are_read_and_saved(watched: Watched, served: Served):
    page = opened(watched, served)
    both = [file(f"{name}.png", noise(i)) for i, name in enumerate(("cat", "dog"), start=30)]
    page.set_input_files("input[data-part=file]", [both[0], text("cat.txt", "A cat\n in lumira style")])
    page.wait_for_function("document.querySelector('[data-part=prompt]').value === 'A cat in lumira style'")
    page.set_input_files("input[data-part=file]", [both[1]])
    page.wait_for_selector("[aria-label='What dog.png shows']")
    page.set_input_files("input[data-part=file]", [text("dog.txt", "A dog in lumira style")])
    page.wait_for_function(
        "document.querySelector(\"[aria-label='What dog.png shows']\").value === 'A dog in lumira style'"
    )
    bad = file("cat.txt", b"\xff\xfe\x00", "text/plain")
    page.set_input_files("input[data-part=file]", [bad, text("owl.txt", "An owl")])
    page.wait_for_selector(".toast:has-text('is not UTF-8 but UTF-16')")
    page.wait_for_selector(".toast:has-text('owl.txt belongs to an image that is not here')")
    table = text("metadata.csv", "file_name;text\ndog.png;A dog in lumira style\n")
    page.set_input_files("input[data-part=file]", [table])
    page.wait_for_selector(".reference-rows li:has-text('dog.png'):has-text('Caption from metadata.csv')")
    with page.expect_download() as saved:
        page.click(".save-captions")
    with zipfile.ZipFile(Path(saved.value.path())) as archive:
        assert {name: archive.read(name).decode() for name in archive.namelist()} == {
            "cat.txt": "A cat in lumira style\n", "dog.txt": "A dog in lumira style\n"
        }  # fmt: skip


def test_a_note_about_several_images_shows_which(watched: Watched, served: Served):
    page = opened(watched, served)
    framed = io.BytesIO()
    shown = Image.open(io.BytesIO(noise(7))).resize((240, 240), Image.Resampling.NEAREST)
    ImageOps.expand(shown, 20, "black").save(framed, "PNG")
    given = [file("plain.png", noise(1)), file("framed.png", framed.getvalue()), file("other.png", noise(2))]
    page.set_input_files("input[data-part=file]", given)
    note = page.locator(f".drop + {WARNING}:has-text('1 of the 3 images has a border')")
    note.get_by_role("button", name="Show").click()
    pointed = page.locator(".reference-rows li[data-pointed=true]")
    expect(pointed).to_have_count(1)
    expect(pointed).to_contain_text("framed.png")
    expect(page.get_by_label("What framed.png shows")).to_be_focused()
    note.get_by_role("button", name="Show").click()
    expect(pointed).to_have_count(0)


@pytest.mark.thorough
def test_a_picture_is_shown_as_the_model_sees_it(watched: Watched, served: Served):
    studio, store = served.place.studio, served.place.studio.store
    store.workers.enter("w")
    studio.fine_tune(studio.rounds(studio.create_demo("style"))[0].id)
    store.jobs.claim("w")
    page = opened(watched, served)
    page.set_input_files("input[data-part=file]", [str(demo("style").images[0])])
    until(store.reconstructions.has_requests)
    expect(page.locator(".seen:visible")).to_have_count(0)
    (asked,) = store.reconstructions.take()
    assert asked.base_model == "assets:pocket/pipeline"
    blurred = store.images.picture(asked.image).resize((12, 12)).resize((128, 128))
    store.reconstructions.answer(asked, store.images.add_picture(blurred), Fidelity(18.0, 0.39, 0.16))
    page.wait_for_selector(".seen:visible >> text=This is how Pocket sees it.")
    page.wait_for_function(
        "[...document.querySelectorAll('.seen img')].map((img) => img.naturalWidth).join() === '512,128'"
    )
    assert page.inner_text(".seen figcaption >> nth=1") == "As Pocket sees it"
    page.check(".presets input[value=sd15]")
    page.wait_for_selector(".seen", state="hidden")
    until(store.reconstructions.has_requests)
    (other,) = store.reconstructions.take()
    assert other.base_model == "stable-diffusion-v1-5/stable-diffusion-v1-5"
    store.reconstructions.give_up(other, "It is not on this machine.")
    page.check(".presets input[value=pocket]")
    page.wait_for_selector(".seen:visible >> text=This is how Pocket sees it.")
