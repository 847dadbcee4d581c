"""A project that judges LoRAs from elsewhere, by a folder of what they were trained on, or without."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from gal_studio.assets import load_presets
from gal_studio.causes import unread_folder
from gal_studio.core.entered import entered
from gal_studio.core.errors import StudioError
from gal_studio.core.taught.registry import find_taught
from gal_studio.core.taught.taught import Taught
from gal_studio.core.types import Kind
from gal_studio.state.files.paths import user_path
from gal_studio.state.images.folder import is_picture, left_out
from gal_studio.studio.create.caption_lists import repeated_folders, unread_beside
from gal_studio.studio.create.captions import caption_beside
from gal_studio.studio.create.lora_file import LoraFacts, checked_lora, read_lora_facts
from gal_studio.studio.create.project import DEFAULT_PRESET, MOST_REFERENCES, ProjectDraft
from gal_studio.studio.create.references import MASK_ENDING, ReferenceDraft, mask_beside

_PRESETS = {
    "Stable Diffusion 1.x": "sd15",
    "Stable Diffusion 2.x": "sd21",
    "Stable Diffusion XL": "sdxl",
    "FLUX.2 klein": "flux2-klein",
    "Z-Image": "z-image",
    "Krea 2": "krea-2",
    "Anima": "anima",
    "Qwen-Image 2.1": "qwen-image-2.1",
}
"""The preset of each base model that a LoRA's file may name."""


def judged_draft(
    loras: Sequence[Path | str],
    references: Path | str | None = None,
    kind: Kind | None = None,
    trigger: str = "",
    prompt: str = "",
    **more: Any,
) -> ProjectDraft:
    """The draft of a project that judges LoRAs by a folder of pictures they were trained on.

    Without pictures, copies and the style or object match are not judged. The pictures' prompts are their
    captions beside them, or `prompt`, which without pictures says what an object is. `kind` is by default
    what the first file states, else a style. `trigger` are the words that call the style or object, by
    default those that the first file states; a style's captions get them
    where they lack them. `more` are other fields of the draft; the preset is by default that of the file's
    base model.
    """
    paths = tuple(map(checked_lora, loras))
    if not paths:
        raise StudioError("There is no LoRA to judge: name at least one .safetensors file.")
    facts, *_ = map(read_lora_facts, paths)
    kind = kind or facts.taught or "style"
    words, taught = entered(trigger or facts.trigger).strip(), find_taught(kind)
    if not more.get("preset"):
        more["preset"] = preset_for(facts)
    drafts = tuple(
        ReferenceDraft(path, _prompt(path, taught, words, prompt), "", mask_beside(path))
        for path in (() if references is None else pictures_of(user_path(references)))
    )
    if not drafts:
        described = taught.described_by(prompt, entered(trigger).strip(), facts.trigger)
        if not described:
            raise StudioError(taught.undescribed(facts.name))
        more |= {"described": described, "trigger_word": taught.word(words)}
    drafts = tuple(replace(draft, trigger_word=taught.word(words)) for draft in drafts)
    return ProjectDraft(kind=kind, references=drafts, judged=paths, **more)


def preset_for(facts: LoraFacts) -> str:
    """The preset of the base model that a LoRA was made for; the bundled one's where no preset has it."""
    by_base = {preset.base_model: preset.name for preset in load_presets()}
    return by_base.get(facts.made_for) or _PRESETS.get(facts.base, DEFAULT_PRESET)


def pictures_of(folder: Path) -> list[Path]:
    """The images of a folder and of its kohya folders, sorted; refused without any, or with too many."""
    try:
        found = [path for place in (folder, *repeated_folders(folder)) for path in _of_folder(place)]
    except OSError as error:
        raise StudioError(unread_folder(folder, error, "folder of references")) from error
    if not found:
        others = left_out(folder)
        raise StudioError(
            f"The folder {folder} has no images{others and f' ({others})'}: put a few of those there that "
            "the LoRA was trained on (PNG, JPEG or WebP)."
        )
    if len(found) > MOST_REFERENCES:
        raise StudioError(
            f"The folder {folder} has {len(found)} images, and {MOST_REFERENCES} are compared at most: put "
            "the most typical ones into a separate folder."
        )
    return found


def _of_folder(folder: Path) -> Iterator[Path]:
    for path in sorted(folder.iterdir()):
        is_mask = path.name.lower().endswith(MASK_ENDING)
        if is_picture(path) and not is_mask:
            yield path


def _prompt(picture: Path, taught: Taught, words: str, given: str) -> str:
    """What a picture shows: its caption or the given prompt, which of a style ends with its words."""
    if caption := taught.caption(given or caption_beside(picture) or "", words):
        return caption
    raise StudioError(
        f"{picture.name} has no caption{unread_beside(picture)}: write what it shows into {picture.stem}.txt "
        f"beside it, or give one prompt for all images, such as {taught.example}."
    )
