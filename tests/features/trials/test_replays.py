"""A replay leaves out what was tried, and nothing is taken of its rounds by hand."""

import numpy as np
import pytest
from PIL import Image

from gal_studio.core.errors import StudioError
from gal_studio.core.recipe import AS_TRAINED
from gal_studio.features.trials.record import trials_of
from gal_studio.state import hooks
from gal_studio.state.hooks import Drawn, Hooks
from gal_studio.studio import Studio
from tests.studio.replaying import project_of


def test_pictures_of_own_prompts_are_not_replayed_and_that_is_said(studio: Studio, second: str) -> None:
    store, project = studio.store, project_of(studio, second)
    first = store.rounds.of_project(project)[0].id
    new = Drawn(first, "A lighthouse in watercolor painting style", 1, 4.0, AS_TRAINED)
    trial = trials_of(store).add(new).id
    image = store.images.add_picture(Image.new("RGB", (8, 8), "red"))
    scores = {"similarity_anchor": 0.3, "similarity_reference": 0.1}
    trials_of(store).save(
        trial, image, np.array([1.0, 0.0]), scores, "", store.rounds.get(first).trained_as or ""
    )
    studio.decide([studio.use_trial(trial)], "accepted")
    replay = getattr(studio, "replay", None) or pytest.skip("Replays are not there.")
    made = replay(project, "random", second)
    assert "the 1 accepted image of your own prompts in round 1" in studio.replay_view(made).left_out
    prompts = store.database.rows("SELECT prompts FROM replay_rounds WHERE project_id = ?", (made,))
    assert not any("lighthouse" in row["prompts"] for row in prompts)
    sql = "SELECT verdict FROM replay_decisions WHERE project_id = ? AND number = 1"
    assert [row["verdict"] for row in store.database.rows(sql, (made,))].count("accepted") == 2


def test_no_image_of_a_project_that_is_kept_becomes_a_candidate(
    studio: Studio, round_id: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hooks, "all_hooks", lambda: (Hooks(by_hand=lambda *_: "It is kept."),))
    trial = trials_of(studio.store).add(Drawn(round_id, "A tie", 1, 4.0, AS_TRAINED)).id
    with pytest.raises(StudioError, match="It is kept"):
        studio.use_trial(trial)
