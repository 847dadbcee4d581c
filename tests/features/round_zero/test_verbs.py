"""When a Round 0 is refused, and what a stored one is in a studio without this feature."""

import pytest

from gal_studio.core.errors import StudioError
from gal_studio.core.records.project import Project
from gal_studio.core.settings import Settings
from gal_studio.state import hooks
from gal_studio.state.hooks import Hooks
from gal_studio.studio import Studio
from gal_studio.ui.payloads.projects import project_payload
from tests.ui.seeded import draw, make_project


def test_a_project_without_references_has_none(studio: Studio) -> None:
    given = Settings().updated({"references": {"adapter": "someone/an-adapter"}})
    new = Project("", "Ink", "style", "base", "clip", "", 7, given, described="An image in ink style")
    project = studio.store.projects.add(new, (), ("A tie",)).id
    with pytest.raises(StudioError, match=r"has no reference images, and .* needs them: judge the LoRA"):
        studio.instant_round(project)


def test_a_stored_one_is_looked_at_and_learned_from_without_this_feature(
    studio: Studio, monkeypatch: pytest.MonkeyPatch
) -> None:
    project = make_project(studio)
    studio.change_settings(project, {"references": {"adapter": "someone/an-adapter"}})
    zero = studio.instant_round(project).round_id
    assert "references.adapter" in {one.name for one in project_payload(studio.project(project)).fields}
    studio.stop(studio.store.jobs.of_project(project)[0].id)
    draw(studio, zero)
    monkeypatch.setattr(hooks, "all_hooks", lambda: (Hooks(),))
    shown = project_payload(studio.project(project))
    assert not shown.draws_without_training
    assert not [one.name for one in shown.fields if one.name.startswith("references.")]
    view = studio.round_view(zero)
    assert (
        studio.rounds(project)[0].name == "Round 0" and view.candidates[0].recipe == "reference strength 0.7"
    )
    for refused in (
        lambda: studio.generate(zero),
        lambda: studio.draw_more(zero, studio.pool(zero)[0].id),
    ):
        with pytest.raises(StudioError, match=r"^Round 0 is generated with the references, .* this studio"):
            refused()
    studio.decide([view.candidates[0].candidate.id], "accepted")
    after = studio.next_round(zero)
    assert [one.image for one in studio.training_set(after.id) if not one.is_reference]
