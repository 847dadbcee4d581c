"""Search the candidates of a round by words, or by one of them, in the space of the project's CLIP."""

import re
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gal_studio.assets import load_presets
from gal_studio.core.errors import StudioError
from gal_studio.core.models.locations import located
from gal_studio.studio.answering import AnsweringProcess
from gal_studio.studio.create.looks import short_model_name
from gal_studio.studio.create.prompt_notes import known_words
from gal_studio.studio.studio import Studio, verb

FORMS = ("{}", "A {}", "a photo of a {}", "a drawing of a {}")
"""Prompts in which the words are read; the mean of their features is compared, as is usual with CLIP."""
TIMEOUT = 180.0  # seconds for the CLIP to be loaded and to read the words, on a busy machine
_MANY_LANGUAGES = re.compile("siglip2|xlm|multilingual|nllb|mclip", re.IGNORECASE)
"""In the names of CLIP models that were trained in many languages."""

reader = AnsweringProcess("gal_studio.features.search.engine")
"""Reads the words for all studios of this process."""


@dataclass(frozen=True)
class Found:
    """How well each candidate that has features fits, in [-1, 1] by ID: a cosine (see `search`).

    `note` says in a sentence why the order may mean little; "" if nothing speaks against it.
    """

    likeness: dict[str, float]
    note: str = ""


@verb
def search(studio: Studio, round_id: str, words: str) -> Found:
    """How well each candidate of a round matches words, by the project's CLIP.

    cos(E_i - mean of E_i over the round, mean of E_t over `FORMS`), with the features of Eq. G1. What all
    images share, such as the style, tells nothing: of the first three found for each thing of the demo's
    two rounds, 70% and 84% show it, and 63% and 71% by the cosine of the words alone.
    The first search of a while loads the CLIP, which takes seconds. Refused without words, with more than
    the CLIP reads, where the CLIP is not on this machine, and before there are images.
    """
    wanted = " ".join(words.split())
    if not wanted:
        raise StudioError("Write what to look for, such as “red hat”.")
    project = studio.store.projects.get(studio.store.rounds.get(round_id).project_id)
    features = _features(studio, round_id)
    question = {
        "clip": located(project.clip_model, studio.store.model_locations.of_project(project.id)),
        "revisions": dict(studio.store.projects.revisions(project.id)),
        "texts": [form.format(wanted) for form in FORMS],
    }
    silent = {"refusal": "The CLIP did not answer: search again, or free some memory."}
    answer = reader.ask(question, TIMEOUT) or silent
    if answer.get("refusal"):
        raise StudioError(str(answer["refusal"]))
    likeness = _likeness(features, np.asarray(answer["feature"], dtype=np.float64))
    return Found(likeness, _note(wanted, project.clip_model))


@verb
def more_like(studio: Studio, candidate_id: str) -> Found:
    """How alike the candidates of its round are to one of them, itself 1: the same with its E_i."""
    features = _features(studio, studio.store.candidates.round_of(candidate_id))
    if candidate_id not in features:
        raise StudioError("This image has no CLIP features: generate the round again.")
    return Found(_likeness(features, features[candidate_id] - np.mean(list(features.values()), axis=0)))


def _features(studio: Studio, round_id: str) -> dict[str, NDArray[np.float64]]:
    """The features of the candidates that have any, by ID."""
    features = {
        name: np.asarray(row, dtype=np.float64)
        for name, row in studio.store.candidates.features(round_id).items()
        if row.any()
    }
    if not features:
        raise StudioError("There is nothing to search yet: generate the images of this round first.")
    return features


def _likeness(features: dict[str, NDArray[np.float64]], wanted: NDArray[np.float64]) -> dict[str, float]:
    """The cosine of each feature, without the mean of all, with the wanted one; 0 where one has no length."""
    rows = np.stack(list(features.values()))
    if rows.shape[1:] != wanted.shape:
        raise StudioError("These images were generated with another CLIP: generate the round again.")
    rows = rows - rows.mean(axis=0)
    lengths = np.linalg.norm(rows, axis=1) * np.linalg.norm(wanted)
    cosines = np.divide(rows @ wanted, lengths, out=np.zeros(len(rows)), where=lengths > 0)
    return {name: float(cosine) for name, cosine in zip(features, cosines, strict=True)}


def _note(words: str, clip_model: str) -> str:
    """A warning that a CLIP may not understand the words of a search; "" otherwise."""
    preset = next((one for one in load_presets() if one.clip_model == clip_model and one.known_things), None)
    if preset is not None:
        known = (*preset.known_things, *preset.known_places, *preset.known_styles)
        if known_words(words, known):
            return ""
        some = ", ".join(preset.known_things[:: max(1, len(preset.known_things) // 4)][:4])
        return (
            f"{short_model_name(preset.base_model)}’s CLIP was not trained on these words, so the order may "
            f"mean little. It knows things such as {some}."
        )
    if words.isascii() or _MANY_LANGUAGES.search(clip_model):
        return ""
    return "Most CLIP models read English alone: if the order looks wrong, search in English."
