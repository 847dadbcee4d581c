"""Measuring in a real Chromium: the button of a round, and the dialog of the benchmark."""

import pytest

from tests.ui.conftest import WITH_FIGURES, Served, Watched
from tests.ui.conftest import few_images as finished_workspace
from tests.ui.seeded import measure

__all__ = ["finished_workspace"]

pytestmark = pytest.mark.browser


def test_a_round_is_measured_on_request_and_a_changed_set_warns(watched: Watched, served: Served):
    watched.page.add_init_script(WITH_FIGURES)
    studio, project = served.place.studio, served.place.project
    page = watched.open(served.url("results"))
    cell = ".results-table tr:has-text('Round 1') .unmeasured"
    page.click(f"{cell} button:text-is('Measure')")
    page.wait_for_selector(f"{cell}:has-text('Not measured · queued')")
    (job,) = [job for job in studio.store.jobs.of_project(project) if job.kind == "measure"]
    studio.stop(job.id)
    measure(studio, served.place.round)
    page.wait_for_selector(".results .verdict:has-text('Round 1 is the only round measured so far')")
    page.click("[data-action=test-set]")
    box = "dialog.test-set[open]"
    page.wait_for_selector(box)
    page.set_viewport_size({"width": 390, "height": 844})
    assert page.locator(box).evaluate("(node) => node.scrollWidth <= node.clientWidth"), "nothing is cut off"
    page.set_viewport_size({"width": 1280, "height": 800})
    page.fill(f"{box} textarea", "A house {}\nA tie {}")
    page.wait_for_selector(
        f"{box} .test-set-warning:has-text('must generate the new images before they can be compared')"
    )
    page.click(f"{box} button:text('Save')")
    page.wait_for_selector(".toast:has-text('is a test prompt or a reference’s prompt')")
    page.fill(f"{box} textarea", "A house {}\nA crown {}\nA zebra {}")
    page.select_option(f"{box} select", "never")
    page.press(f"{box} input[type=number]", "Enter")
    page.wait_for_selector(box, state="hidden")
    page.wait_for_selector(".results-table :text('4 of 6 images measured')")
    assert studio.measures(project).chosen.measured == "never"
