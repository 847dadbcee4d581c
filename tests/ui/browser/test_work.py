"""Queue, log, previews and every state of a job in a real Chromium."""

import re
from itertools import pairwise
from typing import Any

import pytest
from playwright.sync_api import expect

from gal_studio.core.snapshot import Preview
from gal_studio.core.types import Job
from gal_studio.rounds import fingerprints
from gal_studio.rounds.inputs import inputs_of
from tests.job_moves import moves
from tests.ui.browser.brush.brushing import settled
from tests.ui.browser.menus import further
from tests.ui.conftest import Served, Watched, until
from tests.ui.seeded import make_project

pytestmark = pytest.mark.browser

LIST = ".queue-list"
LOSS = "The loss is not finite at step 41: the last good checkpoint is kept."


@pytest.fixture
def jobs(served: Served) -> tuple[Job, ...]:
    """Training and drawing of the next round of the shown project, then of another project."""
    studio = served.place.studio
    other = make_project(studio, name="Ink harbour")
    first = studio.run_round(studio.next_round(served.place.round).id)
    second = studio.run_round(studio.rounds(other)[0].id)
    studio.store.workers.enter("w")
    return (*first, *second)


def wait_for_order(page: Any, jobs: list[Job]) -> None:
    page.wait_for_function(
        f"(ids) => JSON.stringify([...document.querySelectorAll('{LIST} li')].map((row) => row.dataset.job))"
        " === JSON.stringify(ids)",
        arg=[job.id for job in jobs],
    )


def row(job: Job) -> str:
    return f"{LIST} li[data-job='{job.id}']"


def open_queue(page: Any) -> None:
    page.click("[data-part=queue]")
    page.wait_for_selector(f"{LIST} li")


def test_the_queue_lists_the_work_of_all_projects(watched: Watched, served: Served, jobs: tuple[Job, ...]):
    store = served.place.studio.store
    store.jobs.claim("w")
    store.jobs.progress(jobs[0].id, "fine_tune", 40, 200, "loss 0.1")
    page = watched.open(served.address)
    page.wait_for_selector("[data-part=queue-count]:text('4')")
    open_queue(page)
    wait_for_order(page, list(jobs))
    assert "40 / 200" in page.inner_text(row(jobs[0]))
    assert page.inner_text(row(jobs[1])).splitlines()[:2] == ["Generating", "after training"]
    assert "Round 1 · Ink harbour" in page.inner_text(row(jobs[3]))
    store.jobs.progress(jobs[0].id, "fine_tune", 90, 200, "loss 0.1")
    page.wait_for_selector(f"{row(jobs[0])} >> text=90 / 200")
    page.keyboard.press("Escape")
    page.wait_for_selector(LIST, state="hidden")
    open_queue(page)
    page.click(f"{row(jobs[2])} .queue-where")
    page.wait_for_selector("[data-part=name]:text('Ink harbour')")
    assert not page.is_visible(LIST)


def test_the_order_is_changed_and_both_tabs_show_it(watched: Watched, served: Served, jobs: tuple[Job, ...]):
    page = watched.open(served.url())
    other = page.context.new_page()
    other.goto(served.address)
    other.wait_for_selector("html[data-studio=ready]")
    for tab in (page, other):
        open_queue(tab)
    page.click(f"{row(jobs[3])} [aria-label^='To the front']")
    after = [jobs[2], jobs[3], jobs[0], jobs[1]]
    wait_for_order(page, after)
    wait_for_order(other, after)
    assert [job.id for job in served.place.studio.store.queue.read().waiting] == [job.id for job in after]
    assert page.is_disabled(f"{row(jobs[2])} [aria-label^='Up']")
    assert page.is_disabled(f"{row(jobs[3])} [aria-label^='Up']"), "it does not overtake its training"
    other.click(f"{row(jobs[3])} [aria-label^='Cancel']")
    wait_for_order(page, [jobs[2], jobs[0], jobs[1], jobs[3]])
    assert page.inner_text(f"{row(jobs[3])} .queue-state") == "stopped"
    page.click(f"{row(jobs[3])} [aria-label^='Resume']")
    wait_for_order(other, after)
    other.close()


@pytest.mark.thorough
def test_the_focus_stays_with_the_job_and_a_double_click_is_one_move(
    watched: Watched, served: Served, jobs: tuple[Job, ...]
):
    store = served.place.studio.store
    page = watched.open(served.url())
    page.focus("[data-part=queue]")
    page.keyboard.press("Enter")
    page.wait_for_selector(f"{LIST} li")
    page.focus(f"{row(jobs[0])} [aria-label^='Down']")
    page.keyboard.press("Enter")
    wait_for_order(page, [jobs[2], jobs[0], jobs[1], jobs[3]])
    assert page.evaluate("document.activeElement.closest('li').dataset.job") == jobs[0].id
    page.keyboard.press("ArrowRight")
    page.keyboard.press("a")
    assert store.decisions.of_round(served.place.round).verdicts == {}, "a key went through"
    page.dblclick(f"{row(jobs[1])} [aria-label^='Down']")
    wait_for_order(page, [jobs[2], jobs[0], jobs[3], jobs[1]])
    page.dblclick(f"{row(jobs[1])} [aria-label^='Cancel']")
    until(lambda: store.jobs.get(jobs[1].id).state == "stopped")
    settled(page)  # whatever else was clicked is done as well
    states = [store.jobs.get(job.id).state for job in jobs]
    assert states == ["queued", "stopped", "queued", "queued"]


@pytest.mark.thorough
def test_retry_in_two_tabs_is_one_job(watched: Watched, served: Served, jobs: tuple[Job, ...]):
    store = served.place.studio.store
    store.jobs.claim("w")
    store.jobs.fail(jobs[0].id, LOSS)
    page = watched.open(served.url())
    other = page.context.new_page()
    other.goto(served.url())
    other.wait_for_selector("html[data-studio=ready]")
    for tab in (page, other):
        open_queue(tab)
        tab.wait_for_selector(f"{row(jobs[0])} >> text={LOSS}")
    for tab in (page, other):
        tab.evaluate(f"document.querySelector(\"{row(jobs[0])} [aria-label^='Retry']\").click()")
    for tab in (page, other):
        wait_for_order(tab, list(jobs))  # the drawing that was cancelled with it is back as well
    assert [move.after for move in moves(store, jobs[0].id)].count("queued") == 2
    assert len(store.jobs.of_project(served.place.project)) == 2
    other.close()


def test_the_accepted_images_that_a_round_trains_on_are_shown(watched: Watched, served: Served):
    studio = served.place.studio
    accepted = studio.accept_suggestion(served.place.round)
    job, _ = studio.run_round(studio.next_round(served.place.round).id)
    studio.store.workers.enter("w")
    studio.store.jobs.claim("w")
    studio.store.jobs.progress(job.id, "fine_tune", 1, 200, "")
    page = watched.open(f"{served.url()}&round={job.round_id}")
    expect(page.locator(".trains-on [data-accepted]")).to_have_count(len(accepted))
    expect(page.locator("[data-part=hint]")).to_contain_text(
        f"Training on your reference and {len(accepted)} accepted images."
    )


def test_previews_and_loss_are_shown_while_it_trains(watched: Watched, served: Served, jobs: tuple[Job, ...]):
    store = served.place.studio.store
    store.jobs.claim("w")
    page = watched.open(f"{served.url()}&round={jobs[0].round_id}")
    page.wait_for_selector(".trains-on img")  # while the model is loaded
    store.jobs.progress(jobs[0].id, "fine_tune", 20, 200, "loss 0.1")
    store.rounds.save_losses(jobs[0].round_id, [(step, 1 / step) for step in range(1, 21)])
    page.wait_for_selector(".chart-title:has-text('20 steps')")  # no empty map while it learns
    page.click(".learning [data-action=preview]")
    page.wait_for_selector(".learning .learning-slot[data-drawing]")  # at once, before the studio answers
    until(lambda: store.jobs.take_preview_request(jobs[0].id))
    image = served.place.studio.round_view(served.place.round).candidates[0].candidate.image
    store.rounds.save_losses(jobs[0].round_id, [(step, 1 / step) for step in range(21, 31)], resumed_at=21)
    store.rounds.add_preview(jobs[0].round_id, Preview(30, "A tie in ink", 1, image))
    page.wait_for_selector(".chart-title:has-text('30 steps')")
    for last in (31, 32, 33):  # as fast as polls bring them
        store.rounds.save_losses(jobs[0].round_id, [(last, 1 / last)])
        page.wait_for_timeout(1100)
    page.wait_for_selector(".chart-title:has-text('33 steps')")
    read = page.evaluate(
        "performance.getEntriesByType('resource').filter(({ name }) => name.includes('/figure/training'))"
        ".map(({ startTime }) => startTime)"
    )
    assert len(read) >= 3 and min(after - before for before, after in pairwise(read)) >= 2400
    page.wait_for_selector(".curve-box .legendtext:text-is('resumed')", state="attached")
    page.wait_for_function("document.querySelector('.learning .preview img')?.naturalWidth === 48")
    store.rounds.add_preview(jobs[0].round_id, Preview(0, "A tie in ink", 1, image))
    page.wait_for_selector(".learning .preview >> nth=1")
    page.dblclick(".learning .preview >> nth=1")
    page.wait_for_selector(".viewer[open] .view-frame[aria-pressed=true]:has-text('Step 30')")
    expect(page.locator(".viewer .view-references img")).to_have_count(1)
    page.keyboard.press("Home")
    page.wait_for_selector(".viewer figcaption:has-text('Step 0 before the training')")
    page.keyboard.press("Escape")
    hint = page.inner_text("[data-part=hint]")
    assert re.fullmatch(r"Training on your reference.*\. Then up to 1\d\d images\.", hint), hint
    store.jobs.finish(jobs[0].id)
    page.wait_for_selector(".learning", state="hidden")
    page.wait_for_selector(".view.map:visible")
    page.click("[data-view=curves]")
    page.wait_for_selector(".curves .preview")
    expect(page.locator(".preview:visible")).to_have_count(2)


@pytest.mark.thorough
def test_a_pause_leaves_what_is_seen_of_the_training(watched: Watched, served: Served, jobs: tuple[Job, ...]):
    store = served.place.studio.store
    image = served.place.studio.round_view(served.place.round).candidates[0].candidate.image
    store.jobs.claim("w")
    store.rounds.save_losses(jobs[0].round_id, [(step, 1 / step) for step in range(1, 41)])
    store.rounds.add_preview(jobs[0].round_id, Preview(30, "A tie in ink", 1, image))
    store.jobs.progress(jobs[0].id, "fine_tune", 40, 200, "loss 0.1")
    page = watched.open(f"{served.url()}&round={jobs[0].round_id}")
    page.wait_for_selector(".learning .preview")
    page.click("[data-part=pause]")
    until(lambda: store.jobs.get(jobs[0].id).state == "pausing")
    store.jobs.halt(jobs[0].id)
    page.wait_for_selector(".learning h3:has-text('Training paused after 40 of 200 steps')")
    expect(page.locator(".learning .preview")).to_have_count(1)
    expect(page.locator(".empty-grid")).to_be_hidden()
    expect(page.locator(".meanwhile")).to_be_hidden()  # no training goes on
    expect(page.locator(".chip-round[aria-current]")).to_contain_text("paused at 40 of 200")
    assert page.get_attribute("[data-view=curves]", "aria-selected") == "true"
    assert "not trained yet" not in page.inner_text(".rounds")
    page.click("[data-part=resume]")
    page.wait_for_selector(".learning h3:has-text('The model will be trained on your reference')")


@pytest.mark.thorough
def test_a_finished_round_is_trained_by_more_steps(watched: Watched, served: Served):
    store, round_id = served.place.studio.store, served.place.round
    store.rounds.save_losses(round_id, [(step, 1 / step) for step in range(1, 41)])
    page = watched.open(f"{served.url()}&round={round_id}")
    page.click("[data-view=curves]")
    page.click("text=Train more steps…")
    expect(page.get_by_role("spinbutton", name="More steps")).to_have_value("10")
    page.get_by_role("spinbutton", name="More steps").fill("7")
    page.locator("dialog[open]").get_by_role("button", name="Train", exact=True).click()
    page.wait_for_selector("text=steps in the settings, then press Train")
    inputs = inputs_of(store, round_id)
    named, adapter = fingerprints.training_fingerprint(inputs), str(inputs.here.round.adapter)
    store.rounds.finish_training(round_id, adapter, named, inputs.examples)
    kept = store.checkpoints(round_id) / str(fingerprints.endless_fingerprint(inputs))[:16]
    kept.mkdir()
    (kept / "step-40.safetensors").write_bytes(b"the last state")
    page.locator("dialog[open]").get_by_role("button", name="Train", exact=True).click()
    expect(page.locator("dialog[open]")).to_have_count(0)
    page.wait_for_function(f"!location.search.includes('{round_id}')")
    (job,) = [job for job in store.jobs.of_project(served.place.project) if job.kind == "fine_tune"]
    assert store.rounds.get(job.round_id).settings.tune.steps == inputs.here.settings.tune.steps + 7
    assert len(store.rounds.losses(job.round_id)) == 40


def test_the_log_is_shown_stays_fresh_and_is_copied_without_anything_private(
    watched: Watched, served: Served
):
    workspace = served.place.studio.store.workspace
    log = workspace / "logs" / "worker.log"
    log.parent.mkdir(exist_ok=True)
    log.write_text(f"INFO device: cuda: Some GPU\nINFO read {workspace}/images/1.png token=abc123\n")
    page = watched.open(served.url())
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    further(page, "log")
    page.wait_for_selector(".log-lines:has-text('read WORKSPACE/images/1.png token=[hidden]')")
    assert "cuda: Some GPU" in page.inner_text(".log-facts")
    with log.open("a") as file:
        file.write("INFO one more line\n")
    page.wait_for_selector(".log-lines:has-text('one more line')")
    page.click("[data-action=copy-report]")
    page.wait_for_selector(".toast:has-text('Copied')")
    copied = page.evaluate("navigator.clipboard.readText()")
    for part in ("GAL Studio: 0", "torch ", "one more line", '"learning_rate"', "Device: cuda: Some GPU"):
        assert part in copied, part
    assert str(workspace) not in copied
    assert not re.search(r"/home/|abc123|A cat", copied)
    page.keyboard.press("a")
    assert served.place.studio.store.decisions.of_round(served.place.round).verdicts == {}
    page.keyboard.press("Escape")
    page.wait_for_selector("dialog.log", state="hidden")
