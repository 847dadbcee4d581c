"""What the page and programs get of tried prompts."""

import numpy as np
import pytest
from starlette.testclient import TestClient

from gal_studio.features.trials.payloads import trial_payloads
from gal_studio.features.trials.record import trials_of
from gal_studio.studio import Studio
from gal_studio.studio.studio import tell_as_warning
from gal_studio.workspace.archive.reader import import_project
from gal_studio.workspace.archive.writer import export_project
from tests.ui.asking import ask
from tests.ui.conftest import Place, built
from tests.ui.panels.test_told import SAID
from tests.ui.seeded import picture


def test_files_that_were_deleted_are_said_to_be_gone(place: Place):
    store = place.studio.store
    trial = trials_of(store).get(place.studio.try_prompt(place.round, "A lighthouse {}").id)
    scores = {"similarity_anchor": 0.4, "similarity_reference": 0.2}
    image, trained_as = store.images.add(picture((9, 90, 9))), store.rounds.get(place.round).trained_as or ""
    trials_of(store).save(trial.id, image, np.zeros(4), scores, "", trained_as)
    own = place.studio.use_trial(trial.id)
    reference = place.studio.project(place.project).references[0]
    for name in (image, reference.image):
        store.images.path(name).unlink()
    client = TestClient(built(place.studio))
    for route, words in (
        (f"trial/{trial.id}", "try its prompt again"),
        (f"picture/{own}", "try its prompt again"),
        (f"thumb/{own}", "try its prompt again"),
        (f"reference/{reference.id}", "is gone"),
    ):
        answer = client.get(f"/{route}")
        assert (answer.status_code, answer.headers["content-type"]) == (404, "image/svg+xml")
        assert words in answer.text
    (shown,) = trial_payloads(place.studio, place.project)
    assert (shown.version, "press Again" in shown.trouble) == ("", True)


def test_what_waited_to_be_drawn_when_a_project_was_moved_says_that_nothing_draws_it(place: Place, tmp_path):
    studio = place.studio
    studio.try_prompt(place.round, "A lighthouse {}")
    assert [one.trouble for one in trial_payloads(studio, place.project)] == [""]
    moved = import_project(studio.store, export_project(studio.store, place.project, tmp_path / "p.zip"))
    (undrawn,) = trial_payloads(studio, moved)
    assert undrawn.trouble.endswith("press Again…, then Generate.")
    studio.try_prompt(undrawn.round, "A lighthouse {}")
    assert [one.trouble for one in trial_payloads(studio, moved)] == ["", ""], "the job generates both"


def test_programs_are_warned_at_their_own_line(place: Place) -> None:
    studio = Studio(place.studio.store, tell=tell_as_warning)
    with pytest.warns(UserWarning, match=r"\(…:1\.2\)\. The prompt is: a drum") as warned:
        assert studio.try_prompt(place.round, "a (drum:1.2)").prompt == "a drum"
    assert warned[0].filename == __file__


def test_the_page_says_what_was_left_out(place: Place) -> None:
    asked = {"round": place.round, "seed": "1", "guidance": 4, "early": 1, "late": 1, "switch": 0.5}
    tried = ask("try_prompt", place.studio, {**asked, "prompt": "a (drum:1.2) <lora:ink:1>"})
    assert tried["said"] == f"{SAID}<lora:ink:1>, (…:1.2). The prompt is: a drum"
    assert ask("try_prompt", place.studio, {**asked, "prompt": "a drum"})["said"] == ""
