"""Heatmaps, brushes and refinements in a real Chromium: what a person does, and what the store holds then."""

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import pytest

from tests.ui.conftest import Served, Watched
from tests.ui.seeded_refinement import HIGH, LOW, judge, object_with_subject, pairs_made, refined, take

pytestmark = pytest.mark.browser
EDGE = 48  # pixels of a seeded picture


def settled(page) -> None:
    page.wait_for_function("document.querySelector('[data-part=kept]').textContent === 'All changes kept'")


def stroke(page, selector: str, points: Sequence[tuple[float, float]]) -> None:
    """Paint along points, given as shares of the picture's width and height."""
    box = page.locator(selector).bounding_box()
    places = [(box["x"] + box["width"] * x, box["y"] + box["height"] * y) for x, y in points]
    page.mouse.move(*places[0])
    page.mouse.down()
    for place in places[1:]:
        page.mouse.move(*place, steps=10)
    page.mouse.up()


def enlarged(watched: Watched, served: Served):
    """The first picture of the grid, large."""
    page = watched.open(served.url())
    page.wait_for_selector(".tile")
    page.keyboard.press("ArrowRight")
    page.keyboard.press(" ")
    page.wait_for_selector("dialog.lightbox[open] .stage img")
    return page, page.get_attribute(".tile:has(.tile-face[tabindex='0'])", "data-id")


def opened(watched: Watched, served: Served, node: str):
    return watched.open(f"{served.url()}&round={node}")


def mask_of(served: Served, candidate: str) -> np.ndarray:
    store = served.place.studio.store
    return np.asarray(store.images.mask(store.decisions.masks(served.place.round)[candidate]))


def distances(point: tuple[float, float], to: tuple[float, float]) -> np.ndarray:
    """How far the centre of every pixel is from a line, in pixels."""
    rows, columns = np.mgrid[:EDGE, :EDGE] + 0.5
    (x0, y0), (x1, y1) = point, to
    length = (x1 - x0) ** 2 + (y1 - y0) ** 2
    along = np.clip(((columns - x0) * (x1 - x0) + (rows - y0) * (y1 - y0)) / length, 0, 1)
    return np.hypot(columns - x0 - along * (x1 - x0), rows - y0 - along * (y1 - y0))


# Heatmaps


def test_a_heatmap_lies_over_the_picture_and_tells_its_values(watched: Watched, served: Served):
    judge(served.place.studio, served.place.round)
    page, _ = enlarged(watched, served)
    assert page.locator(".lightbox .heat").count() == 0
    page.keyboard.press("h")
    page.wait_for_selector(".lightbox .heat canvas")
    legend = page.inner_text(".lightbox .heat-legend")
    assert "0 like another subject" in legend
    assert "1 same place of the same picture" in legend
    box = page.locator(".lightbox .stage").bounding_box()
    for x, value in ((0.2, LOW), (0.8, HIGH)):
        page.mouse.move(box["x"] + box["width"] * x, box["y"] + box["height"] * 0.5)
        page.wait_for_selector(f".heat-value:text('{value:.2f}')")
        tick = page.evaluate("parseFloat(document.querySelector('.lightbox .heat-tick').style.left)")
        assert tick == pytest.approx(100 * value)
    page.mouse.move(5, 5)
    page.wait_for_selector(".heat-value", state="hidden")
    page.keyboard.press("h")
    assert page.locator(".lightbox .heat").count() == 0


def test_the_heatmap_is_read_by_keys_and_made_weaker(watched: Watched, served: Served):
    judge(served.place.studio, served.place.round)
    page, candidate = enlarged(watched, served)
    page.keyboard.press("h")
    page.focus(".lightbox .heat")
    page.keyboard.press("ArrowLeft")
    page.wait_for_selector(f".heat-value:text('{LOW:.2f}')")
    page.keyboard.press("ArrowRight")
    page.wait_for_selector(f".heat-value:text('{HIGH:.2f}')")
    assert candidate == page.get_attribute(".tile:has(.tile-face[tabindex='0'])", "data-id"), "it stayed"
    page.focus(".lightbox .heat-strength input")
    page.keyboard.press("Home")
    assert page.evaluate("document.querySelector('.lightbox .heat canvas').style.opacity") == "0"


def test_the_colours_grow_lighter_and_never_depend_on_the_picture(watched: Watched, served: Served):
    page = watched.open(served.url())
    lightness = page.evaluate(
        "import(document.querySelector('link[href*=heat_scale]').href).then(({ heatColour }) =>"
        " Array.from({ length: 101 }, (_, i) => heatColour(i / 100))"
        ".map(([r, g, b]) => 0.2126 * r + 0.7152 * g + 0.0722 * b))"
    )
    assert all(after >= before for before, after in pairwise(lightness))
    assert lightness[-1] - lightness[0] > 150


def test_a_round_is_judged_and_the_heatmap_appears_by_itself(watched: Watched, served: Served):
    studio = served.place.studio
    page, _ = enlarged(watched, served)
    page.keyboard.press("h")
    page.wait_for_selector(".heat-missing:has-text('not judged yet')")
    page.dblclick(".heat-missing button")
    page.wait_for_selector(".heat-words:text('Judging the patches')")
    jobs = [job.kind for job in studio.store.jobs.of_project(served.place.project)]
    assert jobs == ["quality"]
    job = take(studio)
    studio.store.jobs.progress(job.id, "maps", 34, 180)
    page.wait_for_selector(".heat-words:text('34 / 180')")
    page.wait_for_selector("[data-part=job-title]:text('Judging patches 34 / 180')", state="attached")
    judge(studio, served.place.round)
    studio.store.jobs.finish(job.id)
    page.wait_for_selector(".lightbox .heat canvas")


# Acceptance in part


def test_what_is_painted_is_what_is_stored(watched: Watched, served: Served):
    page, candidate = enlarged(watched, served)
    page.click("[data-action=part]")
    page.wait_for_selector(".lightbox .brush-layer")
    assert page.is_disabled("[data-action=accept-part]")
    stroke(page, ".lightbox .brush-layer", [(0.25, 0.5), (0.75, 0.5)])
    page.click("[data-action=accept-part]")
    page.wait_for_selector(f".tile[data-id='{candidate}'][data-region]", state="attached")
    settled(page)
    mask = mask_of(served, candidate)
    away = distances((0.25 * EDGE, 0.5 * EDGE), (0.75 * EDGE, 0.5 * EDGE))
    radius = 0.06 * EDGE
    assert mask.shape == (EDGE, EDGE)
    assert set(np.unique(mask)) == {0, 255}
    assert (mask[away < radius - 0.5] == 255).all()
    assert (mask[away > radius + 0.5] == 0).all()


def test_a_part_is_marked_outlined_and_taken_back(watched: Watched, served: Served):
    page, candidate = enlarged(watched, served)
    page.keyboard.press("p")
    page.wait_for_selector(".lightbox .brush-layer")
    stroke(page, ".lightbox .brush-layer", [(0.3, 0.3), (0.6, 0.6)])
    page.keyboard.press("Enter")
    page.wait_for_selector("[data-action=accept]:text('Accepted in part')")
    page.wait_for_selector(".lightbox .part-outline")
    page.keyboard.press("Escape")
    page.wait_for_selector(f".tile[data-id='{candidate}'][data-region] [aria-label*='accepted in part']")
    page.keyboard.press("Control+z")
    page.wait_for_selector(f".tile[data-id='{candidate}']:not([data-region], [data-verdict])")
    settled(page)
    decisions = served.place.studio.store.decisions
    assert decisions.verdicts(served.place.round) == {}
    assert len(decisions.log(served.place.round)) == 2, "appended, not overwritten"
    page.keyboard.press("Control+y")
    page.wait_for_selector(f".tile[data-id='{candidate}'][data-region]")
    page.reload()
    page.wait_for_selector(f".tile[data-id='{candidate}'][data-region]")


def test_strokes_are_undone_erased_and_outlast_escape(watched: Watched, served: Served):
    page, candidate = enlarged(watched, served)
    page.keyboard.press("p")
    page.wait_for_selector(".lightbox .brush-layer")
    stroke(page, ".lightbox .brush-layer", [(0.5, 0.2), (0.5, 0.8)])
    stroke(page, ".lightbox .brush-layer", [(0.2, 0.5), (0.8, 0.5)])
    page.keyboard.press("Control+z")
    page.keyboard.press("e")
    stroke(page, ".lightbox .brush-layer", [(0.4, 0.5), (0.6, 0.5)])
    page.keyboard.press("Escape")
    page.wait_for_selector(".lightbox .brush-layer", state="detached")
    assert page.locator("dialog.lightbox[open]").count() == 1, "Escape left the brush alone"
    page.keyboard.press("p")
    page.wait_for_selector("[data-action=accept-part]:enabled")
    page.keyboard.press("Escape")
    page.wait_for_selector(".lightbox .brush-layer", state="detached")
    page.keyboard.press("p")
    page.wait_for_selector("[data-action=accept-part]:enabled")
    page.keyboard.press("Enter")
    settled(page)
    mask = mask_of(served, candidate)
    assert mask[EDGE // 4, EDGE // 2] == 255, "the first stroke"
    assert mask[EDGE // 2, EDGE // 2] == 0, "erased"
    assert mask[EDGE // 2, EDGE // 4] == 0, "undone"


def test_a_part_is_painted_without_a_pointer(watched: Watched, served: Served):
    page, candidate = enlarged(watched, served)
    page.keyboard.press("p")
    page.wait_for_selector(".lightbox .brush-layer:focus")
    before = page.input_value(".lightbox .brush-size input")
    page.keyboard.press("]")
    assert int(page.input_value(".lightbox .brush-size input")) > int(before)
    page.keyboard.press(" ")
    for _ in range(4):
        page.keyboard.press("Shift+ArrowRight")
    page.keyboard.press("Enter")
    settled(page)
    mask = mask_of(served, candidate)
    assert mask[EDGE // 2, EDGE // 2] == 255
    assert mask[EDGE // 2, EDGE // 2 + 5] == 255
    assert mask[EDGE // 2, 2] == mask[2, EDGE // 2] == 0


def test_the_wheel_makes_the_brush_larger(watched: Watched, served: Served):
    page, candidate = enlarged(watched, served)
    page.keyboard.press("p")
    page.hover(".lightbox .brush-layer")
    for _ in range(8):
        page.mouse.wheel(0, -100)
    page.wait_for_function("Number(document.querySelector('.brush-size input').value) > 80")
    stroke(page, ".lightbox .brush-layer", [(0.5, 0.5), (0.51, 0.5)])
    page.keyboard.press("Enter")
    settled(page)
    assert (mask_of(served, candidate) == 255).mean() > 0.2


# Refinements


def test_a_style_is_refined_once_something_is_accepted_and_only_once(watched: Watched, served: Served):
    studio = served.place.studio
    page = watched.open(served.url())
    page.wait_for_selector("[data-action=refine]:disabled")
    assert "Accept a picture first" in page.get_attribute("[data-action=refine]", "title")
    page.click(".tile >> nth=5", position={"x": 15, "y": 15})
    page.wait_for_selector("[data-action=refine]:enabled")
    page.dblclick("[data-action=refine]")
    page.wait_for_selector(".chip-round[aria-current]:has-text('1 refined')")
    page.wait_for_selector(".refine-left h2:text('Refinement of round 1')")
    kinds = [entry.kind for entry in studio.rounds(served.place.project)]
    assert kinds == ["fine_tune", "refine"]
    assert [job.kind for job in studio.store.jobs.of_project(served.place.project)] == ["pairs"]
    page.click(".chip-round >> nth=1")
    page.wait_for_selector(".grid .tile")
    page.click(".chip-round >> nth=2")
    page.wait_for_selector(".refine-left h2")


def test_pairs_are_shown_with_their_maps_and_trained_on(watched: Watched, served: Served):
    studio = served.place.studio
    node = pairs_made(studio, served.place.round)
    page = opened(watched, served, node)
    page.wait_for_selector(".pair-card >> nth=15")
    page.wait_for_selector(".pair-card >> nth=0 >> .heat canvas")
    assert page.locator(".pair-card").count() == 16
    assert page.locator(".pair-card >> nth=0 >> .heat").count() == 1
    page.click(".pair-bar button:text('What was kept')")
    page.wait_for_function(
        "document.querySelectorAll('.pair-card')[0].querySelectorAll('.heat').length === 2"
    )
    assert "quality 0.50 · kept 0.50" in page.inner_text(".pair-card >> nth=0")
    assert page.get_attribute("[data-action=train]", "data-next") == ""
    page.click("[data-action=train]")
    page.wait_for_selector("[data-part=job-title]:text('Refining')")
    assert [job.kind for job in studio.store.jobs.active(node)] == ["refine"]


def test_everything_is_done_by_one_click(watched: Watched, served: Served):
    studio = served.place.studio
    node = pairs_made(studio, served.place.round)
    page = opened(watched, served, node)
    page.click("[data-action=whole]")
    page.wait_for_selector("[data-part=job-title]:text('Refining')")
    jobs = studio.store.jobs.of_project(served.place.project)
    assert sorted(job.kind for job in jobs if job.state == "queued") == ["generate", "refine"]


def test_good_and_bad_are_painted_over_a_pair_kept_and_undone(watched: Watched, served: Served):
    store = served.place.studio.store
    node = pairs_made(served.place.studio, served.place.round)
    pair = served.place.studio.refinement_view(node).pairs[1].id
    page = opened(watched, served, node)
    page.click(".pair-card >> nth=1")
    page.wait_for_selector(".pair-view .brush-layer")
    stroke(page, ".pair-view .brush-layer", [(0.2, 0.25), (0.8, 0.25)])
    page.wait_for_selector(".pair-kept:text-is('Kept')")
    page.keyboard.press("b")
    stroke(page, ".pair-view .brush-layer", [(0.2, 0.75), (0.8, 0.75)])
    page.keyboard.press("Escape")
    page.wait_for_selector(".pair-card >> nth=1 >> .pair-painted:visible")
    settled(page)
    painting = np.asarray(store.images.mask(store.refinements.paintings.newest(node)[pair]))
    assert set(np.unique(painting)) == {0, 128, 255}
    assert painting[EDGE // 4, EDGE // 2] == 255
    assert painting[3 * EDGE // 4, EDGE // 2] == 0
    assert painting[EDGE // 2, EDGE // 2] == 128
    page.keyboard.press("Control+z")
    settled(page)
    page.wait_for_function("document.querySelector('.pair-steps button:last-child').disabled === false")
    painting = np.asarray(store.images.mask(store.refinements.paintings.newest(node)[pair]))
    assert painting[3 * EDGE // 4, EDGE // 2] == 128, "the bad stroke is taken back"
    page.click(".pair-card >> nth=1")
    page.wait_for_selector(".pair-view .brush-steps button:text('Clear'):enabled")
    page.click(".pair-view .brush-steps button:text('Clear')")
    page.keyboard.press("Escape")
    page.wait_for_selector(".pair-card >> nth=1 >> .pair-painted", state="hidden")


def test_the_subject_of_a_reference_is_painted_and_its_pairs_are_judged_again(
    watched: Watched, served: Served
):
    studio = served.place.studio
    project, round_id, reference = object_with_subject(studio)
    node = pairs_made(studio, round_id)
    page = watched.open(f"{served.address}/?project={project}&step=rounds&round={node}")
    page.click(".pair-card >> nth=0")
    page.wait_for_selector(".pair-view .part-outline")
    page.click("[data-action=subject]")
    page.wait_for_selector(".mask-view .brush-layer")
    assert page.is_disabled("[data-action=keep-mask]")
    stroke(page, ".mask-view .brush-layer", [(0.7, 0.5), (0.9, 0.5)])
    page.click("[data-action=keep-mask]")
    page.wait_for_selector("[data-part=job-title]:text('Drawing pairs')")
    name = studio.store.projects.reference(reference).mask
    mask = np.asarray(studio.store.images.mask(name))
    assert (mask[:, :24] == 255).all(), "what the studio found"
    assert mask[24, 38] == 255, "what was painted"
    assert mask[2, 38] == 0
    assert [entry.kind for entry in studio.rounds(project)] == ["fine_tune", "refine"]


def test_before_and_after_lie_under_one_slider(watched: Watched, served: Served):
    node = pairs_made(served.place.studio, served.place.round)
    refined(served.place.studio, node)
    page = opened(watched, served, node)
    page.wait_for_selector(".compare-seed >> nth=9")
    page.focus(".compare-slider")
    page.keyboard.press("End")
    clip = "getComputedStyle(document.querySelector('.compare-after')).clipPath"
    assert "100%" in page.evaluate(clip)
    page.keyboard.press("Home")
    assert "100%" not in page.evaluate(clip)
    first = page.get_attribute(".compare-after", "src")
    page.click("[aria-label='Next seed']")
    assert page.get_attribute(".compare-after", "src") != first
    assert page.inner_text(".compare-number") == "2 of 10"


def test_what_it_changed_is_said_with_its_interval(watched: Watched, served: Served):
    node = pairs_made(served.place.studio, served.place.round)
    refined(served.place.studio, node)
    page = opened(watched, served, node)
    page.wait_for_selector(".refine-measured li >> nth=2")
    words = page.inner_text(".refine-measured").lower()
    assert "text alignment 0.271 → 0.284, +0.013 [+0.004, +0.021] over 180 pictures" in words
    assert [entry.strip() for entry in page.locator(".measured-verdict").all_inner_texts()] == [
        "✓ better",
        "≈ no clear change",
        "✕ worse",
    ]
    assert page.locator(".refine-losses .chart").count() == 1


def test_the_next_round_says_where_it_starts(watched: Watched, served: Served):
    studio = served.place.studio
    node = pairs_made(studio, served.place.round)
    refined(studio, node)
    page = opened(watched, served, node)
    before = page.inner_text(".rule-words")
    page.select_option(".refine-rule select", "repeat")
    page.wait_for_function(
        "(before) => document.querySelector('.rule-words').textContent !== before", arg=before
    )
    assert studio.project(served.place.project).settings.refine.next_round == "repeat"
    page.click("[data-action=next_round]")
    page.wait_for_selector(".chip-round[aria-current]:has-text('Round 2')")
    assert studio.rounds(served.place.project)[-1].parent_id == node


def test_a_refinement_is_undone_and_nothing_is_deleted(watched: Watched, served: Served):
    studio = served.place.studio
    node = pairs_made(studio, served.place.round)
    refined(studio, node)
    page = opened(watched, served, node)
    page.click("text=Undo this refinement")
    page.wait_for_selector(".chip-round:nth-of-type(2)[aria-current]")
    assert page.locator(".grid .tile:visible").count() > 0
    assert [entry.kind for entry in studio.rounds(served.place.project)] == ["fine_tune", "refine"]
    assert studio.refinement_view(node).step == "done"


def test_the_candidates_of_a_refinement_are_one_click_away(watched: Watched, served: Served):
    studio = served.place.studio
    node = pairs_made(studio, served.place.round)
    refined(studio, node)
    page = opened(watched, served, node)
    page.click("[data-choice=candidates]")
    page.wait_for_selector(".grid .tile:visible")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("a")
    settled(page)
    assert list(studio.store.decisions.verdicts(node).values()) == ["accepted"]
    page.click("[data-choice=refinement]")
    page.wait_for_selector(".refine-left h2:visible")


# The whole screen


@pytest.mark.parametrize("size", [(1280, 800), (1600, 1000)])
def test_nothing_is_cut_off(watched: Watched, served: Served, size: tuple[int, int]):
    studio = served.place.studio
    node = pairs_made(studio, served.place.round)
    watched.page.set_viewport_size({"width": size[0], "height": size[1]})
    for round_id in (served.place.round, node):
        page = opened(watched, served, round_id)
        page.wait_for_selector(".actions [data-next]")
        page.wait_for_function("document.querySelector('[data-part=hint]').textContent.length > 20")
        assert page.evaluate("document.documentElement.scrollWidth") <= size[0]
        hint = "document.querySelector('[data-part=hint]')"
        assert page.evaluate(f"{hint}.scrollWidth <= {hint}.clientWidth")
        assert page.evaluate(f"{hint}.scrollHeight <= {hint}.clientHeight + 1")
        cut = page.evaluate(
            "[...document.querySelectorAll('.actions .button')].filter((node) => node.offsetParent"
            " && node.getBoundingClientRect().right > innerWidth).length"
        )
        assert cut == 0
    page.click(".pair-card >> nth=0")
    page.wait_for_selector(".pair-view .brush-bar")
    assert page.evaluate(
        "(() => { const node = document.querySelector('.pair-view');"
        " return node.scrollHeight <= node.clientHeight && node.scrollWidth <= node.clientWidth; })()"
    )


def test_every_control_of_a_refinement_has_a_name(watched: Watched, served: Served):
    studio = served.place.studio
    node = pairs_made(studio, served.place.round)
    refined(studio, node)
    page = opened(watched, served, node)
    page.wait_for_selector(".compare-seed")
    page.click("[data-choice=pairs]")
    page.click(".pair-card >> nth=0")
    page.wait_for_selector(".pair-view .brush-bar")
    nameless = page.evaluate(
        "[...document.querySelectorAll('.studio :is(button, input, select, canvas[tabindex], [role])')]"
        ".filter((node) => !node.hidden && !node.closest('[aria-hidden=true]'))"
        ".filter((node) => node.getAttribute('role') !== 'status')"
        ".filter((node) => !(node.getAttribute('aria-label') || node.textContent.trim()"
        " || node.labels?.length))"
        ".map((node) => node.outerHTML.slice(0, 120))"
    )
    assert nameless == []
