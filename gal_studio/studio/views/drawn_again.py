"""The projects that draw one again, as far as the chart of its rounds shows them beside it."""

from collections.abc import Iterator
from dataclasses import replace

from gal_studio.core.errors import StudioError
from gal_studio.core.gal.policies.registry import deciders
from gal_studio.state import Store
from gal_studio.studio.views.measures import FullMeasures, MeasuredRound, measures_view


def drawn_again(
    store: Store, project_id: str, own: FullMeasures
) -> Iterator[tuple[str, str, tuple[MeasuredRound, ...]]]:
    """Who decides in each of them, its ID, and its rounds; what is damaged or not compared is left out."""
    for other, policy in store.projects.drawn_again(project_id):
        try:
            measured = measures_view(store, other)
        except StudioError:
            continue
        if not why_not_compared(own, measured):
            yield title_of(policy), other, tuple(each for each in measured.rounds if each.id is not None)


def title_of(policy: str) -> str:
    """Who decides, in words."""
    return deciders().get(policy, policy.capitalize())


def why_not_compared(own: FullMeasures | None, measured: FullMeasures) -> str:
    """Why a project and one that draws it again are not compared; empty where they are."""
    if own is None:
        return "The project is not in this workspace."
    if _asked_for(own) != _asked_for(measured):
        return "The project’s benchmark has changed since, so the two are not compared."
    if own.is_chosen and own.pictures and own.copy_detectors != measured.copy_detectors:
        return "The project now finds copies in another way, so the two are not compared."
    return ""


def _asked_for(view: FullMeasures) -> tuple[object, ...]:
    """What makes two test sets the same."""
    return replace(view.chosen, measured="auto"), {*view.prompts, *view.asking}
