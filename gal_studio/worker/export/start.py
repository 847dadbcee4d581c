"""Let a project start from a LoRA from elsewhere instead of from its base model.

`python -m gal_studio.worker.export.start WORKSPACE PROJECT FILE` does so in a process of its own, and prints
why not.
"""

import sys
import tempfile
from pathlib import Path

from gal_studio.core.errors import StudioError
from gal_studio.core.memory.machine import MachineSettings
from gal_studio.core.model_names import public_name
from gal_studio.engine.export.foreign import attach_foreign
from gal_studio.engine.models.adapters import AdapterCard, detach, save_adapter
from gal_studio.rounds.starts import check_unstarted
from gal_studio.state import Store
from gal_studio.state.tables.starts import Start
from gal_studio.worker.models import Models


def start_from(store: Store, models: Models, project_id: str, path: Path) -> None:
    """Compare a LoRA with the base model, and store what it changes in the studio's format."""
    check_unstarted(store, project_id)
    project = store.projects.get(project_id)
    models.revisions = store.projects.revisions(project_id)
    held = MachineSettings(precision=project.settings.machine.precision)
    model = models.image_model(project.base_model, held)
    prompts, tune = store.projects.prompts(project_id), project.settings.tune
    card = AdapterCard(prompts.trigger, public_name(project.base_model), 0, 0, project.settings.to_dict())
    try:
        attach_foreign(model, path, tune)
        with tempfile.TemporaryDirectory(dir=store.workspace, suffix=".part") as folder:
            written = save_adapter(model, Path(folder) / "start.safetensors", card)
            name = store.adapters.add_file(written)
    finally:
        detach(model)
    store.starts.set(project_id, Start(path.name, name))


def main(workspace: str, project_id: str, path: str) -> int:
    """Do so; returns 2 with one sentence if the LoRA is refused."""
    try:
        with Store(Path(workspace)) as store:
            start_from(store, Models(), project_id, Path(path))
    except StudioError as error:
        print(error, file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
