"""The pictures of free prompts as JSON."""

from gal_studio.state.tables.trials import Trial
from gal_studio.studio import Studio
from gal_studio.ui.payloads import Payload

_LOST = "This picture was deleted from the workspace: press Again…, then Draw."


def trial_payloads(studio: Studio, project_id: str) -> list[Payload]:
    """All of a project, the newest first; those of an archived round are left out."""
    names = {summary.id: summary.name for summary in studio.rounds(project_id)}
    return [
        {
            "id": trial.id,
            "version": "" if _is_lost(studio, trial) else trial.image[:8],
            "round": trial.round_id,
            "round_name": names[trial.round_id],
            "prompt": trial.prompt,
            "seed": str(trial.seed),
            "guidance": trial.guidance_scale,
            "strength": trial.strength,
            "trouble": _LOST if _is_lost(studio, trial) else trial.trouble,
            "candidate": trial.candidate_id,
        }
        for trial in studio.trials(project_id)
        if trial.round_id in names
    ]


def _is_lost(studio: Studio, trial: Trial) -> bool:
    return bool(trial.image) and not studio.store.images.path(trial.image).is_file()
