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
