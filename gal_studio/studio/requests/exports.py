"""Requests for exports, and what was measured of a round in sentences for its card."""

from gal_studio.core.errors import StudioError
from gal_studio.core.intervals import Interval
from gal_studio.core.models.forms.registry import find_form
from gal_studio.core.types import Job
from gal_studio.state import Store
from gal_studio.studio.views.measures import MeasuresView


def ask_export(store: Store, round_id: str, form: str, measured: tuple[str, ...]) -> Job:
    """Queue the export of a round in a form."""
    with store.database.transaction():
        round_ = store.rounds.get(round_id)
        if round_.adapter is None:
            raise StudioError(f"Round {round_.number} is not trained yet: press Fine-tune first.")
        wanted = find_form(form)
        if store.rounds.settings(round_id).tune.method == "full" and not wanted.is_own:
            raise StudioError(
                f"Round {round_.number} trained the whole model, which is no LoRA: choose For diffusers."
            )
        store.exports.ask(round_id, wanted.name, measured)
        return store.jobs.enqueue(round_.project_id, round_id, "export")


def measured_sentences(view: MeasuresView, round_id: str) -> tuple[str, ...]:
    """What a round was measured to be; empty if it was not measured."""
    measured = next((each for each in view.rounds if each.id == round_id), None)
    report = measured.report if measured else None
    if report is None:
        return ()
    asked = report.figures.get("as_asked")
    sentences = [
        f"Of {report.pictures} pictures of prompts that no training used, {report.copies} copy the reference"
        + (f", and {report.count('as_asked')} show what was asked for." if asked else ".")
    ]
    if report.gain is not None:
        sentences.append(
            f"They are closer to the reference than the base model's by {_shown(report.gain)} on average, in "
            "CLIP-I, where a picture that copies or does not show what was asked for counts 0."
        )
    return tuple(sentences)


def _shown(figure: Interval) -> str:
    return f"{figure.value:+.3f} (95 % interval {figure.low:+.3f} to {figure.high:+.3f})"
