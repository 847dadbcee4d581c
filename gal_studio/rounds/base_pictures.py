"""What the base model draws for the test prompts: pictures that can be no copies (Eq. G16, G17)."""

from gal_studio.core.records.project import Project
from gal_studio.core.seeds import candidate_seed
from gal_studio.state.store import Store


def missing(store: Store, project: Project) -> list[str]:
    """The test prompts of a project of which the base model has not drawn a picture yet."""
    drawn = of_project(store, project)
    prompts = [anchor.prompt for anchor in store.projects.anchors(project.id) if anchor.enabled]
    return [prompt for prompt in prompts if prompt not in drawn]


def of_project(store: Store, project: Project) -> dict[str, str]:
    """What the base model drew for the project's test prompts, a picture by prompt (Eq. G16, G17)."""
    drawn, _ = store.projects.prior_images(project.id)
    prompts = [anchor.prompt for anchor in store.projects.anchors(project.id)]
    found = {prompt: image for prompt in prompts for image in drawn.get(_key(project, prompt), ())}
    return {prompt: image for prompt, image in found.items() if store.images.has(image)}


def seed(project: Project, prompt: str) -> int:
    """The seed of a prompt's picture: that of its first candidate."""
    return candidate_seed(project.seed, prompt, 0)


def keep(store: Store, project: Project, prompt: str, image: str) -> None:
    """Store the picture of a prompt."""
    store.projects.add_class_image(project.id, _key(project, prompt), 0, image)


def _key(project: Project, prompt: str) -> str:
    drawing = project.settings.generation
    how = f"{drawing.steps} steps{drawing.sigma_words} / {drawing.guidance_scale}"
    return f"base: {project.base_model} / {prompt} / {drawing.drawn_by or how}"
