"""What a project starts from: its base model, or a LoRA from elsewhere."""

from gal_studio.core.errors import StudioError
from gal_studio.state.store import Store


def check_unstarted(store: Store, project_id: str) -> None:
    """Refuse another start of a project that has a trained round, or that trains the whole model."""
    project = store.projects.get(project_id)
    if any(round_.adapter is not None for round_ in store.rounds.of_project(project_id)):
        raise StudioError(
            f"{project.name} has a trained round already: start a new project, and give it the LoRA before "
            "its first training."
        )
    if project.settings.tune.method != "lora":
        raise StudioError(f"{project.name} trains the whole model: choose the method LoRA to start from one.")


def given_adapter(store: Store, project_id: str) -> str | None:
    """The weights that a project starts from; None for the base model, and for one that trains all of it."""
    given = store.starts.of_project(project_id)
    return given.adapter if given is not None else None


def check_given_adapter(store: Store, project_id: str) -> None:
    """Refuse a training whose start from elsewhere is missing."""
    given = store.starts.of_project(project_id)
    if given is not None and not store.adapters.has(given.adapter):
        raise StudioError(
            f"The LoRA {given.source}, from which this project starts, is missing from the workspace: start "
            "a new project from it."
        )
