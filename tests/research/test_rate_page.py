"""The page of `gal-studio rate` in a real Chromium: one file, without a network."""

import csv
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from gal_studio.cli import main

pytestmark = pytest.mark.browser


@pytest.fixture
def rating(tmp_path: Path) -> Path:
    images = tmp_path / "images"
    images.mkdir()
    for place, prompt in enumerate(("a cat", "=a bus", "a <b>boat<")):
        Image.new("RGB", (24 + place, 24), (80 * place, 0, 0)).save(images / f"{place}.png")
        (images / f"{place}.txt").write_text(prompt)
    assert main(["rate", str(images), "--kind", "style", "--out", str(tmp_path / "rating")]) == 0
    return tmp_path / "rating"


def test_what_is_clicked_is_kept_saved_and_joined(chromium: Any, rating: Path, tmp_path: Path) -> None:
    context = chromium.new_context(viewport={"width": 390, "height": 800}, accept_downloads=True)
    page, complaints = context.new_page(), []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on(
        "request",
        lambda ask: None if ask.url.startswith(("file:", "data:", "blob:")) else complaints.append(ask.url),
    )
    page.goto((rating / "rate.html").as_uri())
    assert page.evaluate("document.documentElement.scrollWidth") == 390
    page.click("button:has-text('Save CSV')")
    assert page.inner_text("#said") == "Type your name first."
    page.fill("#name", "Ann B")
    page.locator("h1").click()  # keys do not go to the name
    for key in "235":
        page.keyboard.press(key)
    assert page.inner_text("#at") == "Image 2 of 3; 1 rated.", "three labels lead to the next image"
    page.click("button[aria-label^='Yes: Does it show the reference’s own thing']")
    page.reload()
    assert page.input_value("#name") == "Ann B" and page.inner_text("#at") == "Image 1 of 3; 1 rated."
    page.keyboard.press("u")
    assert page.inner_text("#at") == "Image 2 of 3; 1 rated."
    assert (
        page.get_attribute("button[aria-label^='Yes: Does it show the reference’s own']", "aria-pressed")
        == "true"
    )
    page.keyboard.press("4")
    page.keyboard.press("6")
    page.click("button:has-text('All is right')")
    assert page.inner_text("#at") == "Image 3 of 3; 3 rated."
    with page.expect_download() as download:
        page.click("button:has-text('Save CSV')")
    assert download.value.suggested_filename == "answers-Ann-B.csv"
    download.value.save_as(tmp_path / "answers.csv")
    context.close()
    assert complaints == []
    assert main(["rate", "--out", str(rating), "--answers", str(tmp_path / "answers.csv")]) == 0
    with (rating / "labels-ann-b.csv").open(newline="", encoding="utf-8-sig") as file:
        rows = list(csv.DictReader(file))
    with (rating / "key.csv").open(newline="", encoding="utf-8-sig") as file:
        assert [row["image"] for row in rows] == [row["image"] for row in csv.DictReader(file)]
    said = [(row["copy_1"], row["asked_1"], row["like_1"], row["right_1"], row["whole_1"]) for row in rows]
    right, none = ("0", "1", "2", "1", "1"), ("1", "0", "1", "0", "0")
    assert said == [right, none, right]
    assert {row["rater_1"] for row in rows} == {"Ann B"}
