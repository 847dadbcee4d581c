"""A project as JSON: its subjects, its test prompts and its settings."""

from gal_studio.core.gal.reasons import short_names
from gal_studio.core.prompts import style_descriptor, subject_phrase, subjects
from gal_studio.core.types import Anchor
from gal_studio.studio.views.types import ProjectView
from gal_studio.ui.payloads import Payload


def anchor_payloads(anchors: tuple[Anchor, ...]) -> list[Payload]:
    """Anchors with the words that tell them apart (`head`) and those that all share (`tail`)."""
    names = short_names(anchors)
    return [
        {
            "id": anchor.id,
            "prompt": anchor.prompt,
            "head": names[anchor.id],
            "tail": _rest(anchor.prompt, names[anchor.id]),
            "enabled": anchor.enabled,
        }
        for anchor in anchors
    ]


def _rest(prompt: str, name: str) -> str:
    if prompt.startswith(name):
        return prompt.removeprefix(name).strip()
    return prompt.removesuffix(name).strip() if prompt.endswith(name) else ""


def model_name(project: ProjectView) -> str:
    """A short name for the chip of the base model."""
    return project.model_title.split(" (")[0].rstrip("/").rsplit("/", 1)[-1]


def triggers(project: ProjectView) -> list[str]:
    """What calls the subject in a prompt: the trigger words of objects, or a style's descriptor alone."""
    if project.kind == "object":
        return [subject.trigger_word for subject in subjects(project.references)]
    return [style_descriptor(project.references[0].prompt)]


def subject_payloads(project: ProjectView) -> list[Payload]:
    """Each subject with what was derived for it and the pictures that show it."""
    return [
        {
            "trigger": subject.trigger_word,
            "facts": [
                ["Trigger word", subject.trigger_word],
                ["Plain prompt", subject.references[0].plain_prompt],
                ["Class", subject.class_prompt],
            ]
            if project.kind == "object"
            else [],
            "references": [
                {"id": reference.id, "prompt": reference.prompt, "mask": reference.mask is not None}
                for reference in subject.references
            ],
        }
        for subject in subjects(project.references)
    ]


def _derived(project: ProjectView) -> str:
    words = [f"“{subject.trigger_word}”" for subject in subjects(project.references)]
    if project.kind == "style":
        return f"The style's own words “{triggers(project)[0]}” will call it in a prompt."
    if len(words) == 1:
        return f"The trigger word {words[0]} will call it in a prompt."
    return f"The trigger words {', '.join(words[:-1])} and {words[-1]} will call them in a prompt."


def project_payload(project: ProjectView) -> Payload:
    """What the top line and step 1 say about a project."""
    settings = project.settings
    switched_on, all_of_them = sum(anchor.enabled for anchor in project.anchors), len(project.anchors)
    return {
        "id": project.id,
        "name": project.name,
        "kind": project.kind,
        "model": model_name(project),
        "base_model": project.model_title,
        "triggers": triggers(project),
        "references": [{"id": reference.id, "prompt": reference.prompt} for reference in project.references],
        "subjects": subject_payloads(project),
        "stands_for": subject_phrase(project.kind, project.references),
        "anchors": anchor_payloads(project.anchors),
        "settings": settings.to_dict(),
        "derived": _derived(project),
        "facts": [
            ["Model", project.model_title],
            ["Anchors", f"{switched_on} of {all_of_them}" if switched_on < all_of_them else str(all_of_them)],
            ["Training", f"{settings.tune.steps} steps, rank {settings.tune.rank}, "
             f"learning rate {settings.tune.learning_rate:g}"],
            ["Candidates", f"{settings.generation.candidates} an anchor, {settings.generation.steps} steps, "
             f"guidance {settings.generation.guidance_scale:g}"],
            ["Lambda", f"{settings.gal.balance_lambda:g}" if settings.gal.balance else "off"],
            ["Seed", str(project.seed)],
        ],
    }  # fmt: skip
