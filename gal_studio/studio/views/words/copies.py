"""What the images of a test prompt show, without words of the field."""

import re
from collections.abc import Iterable
from math import inf

from gal_studio.core.records.candidate import Tile
from gal_studio.core.records.project import ProjectView
from gal_studio.core.taught.registry import find_taught
from gal_studio.studio.views.types import ScoreView

_ARTICLE = re.compile("^(An?|The) ")


def repeated_thing(project: ProjectView) -> str:
    """What a copy repeats: "your cat" of the style reference "A cat in watercolor painting style".

    Empty without references.
    """
    if not project.references:
        return ""
    first, *others = (reference.prompt for reference in project.references)
    several = "s" if others else ""
    if find_taught(project.kind).is_subject:
        return f"the place in your reference{several}"
    subject = first.split(project.prompts.stands_for)[0].strip()
    if others or subject == first.strip() or not _ARTICLE.match(subject):
        return f"your reference{several}"
    return f"your {_ARTICLE.sub('', subject)}"


def briefly(thing: str, copies: int, number: int, good: int) -> str:
    """How often a prompt repeats a thing: "sometimes your cat"; empty where a single image tells nothing.

    `good` of the `number` images are good enough to train on.
    """
    if not thing or number < 2:
        return ""
    if copies == 0:
        return f"none of {number} shows {thing}"
    if copies == number:
        return f"always {thing}"
    return f"sometimes {thing}" if good else f"{thing}, or not good enough"


def plainly(project: ProjectView, head: str, brief: str) -> str:
    """The same as a sentence without its end: "Sometimes a pencil, sometimes your cat"."""
    if not brief.startswith("sometimes"):
        return brief[:1].upper() + brief[1:]
    wanted = head[:1].lower() + head[1:] if _ARTICLE.match(head) else "what you asked for"
    return f"Sometimes {'a new place' if find_taught(project.kind).is_subject else wanted}, {brief}"


def why_weaker(project: ProjectView, scores: Iterable[ScoreView], tiles: Iterable[Tile]) -> str:
    """Why the suggested images are not stronger ones: those of the same prompts repeat the reference.

    Empty where that is not so, or all images have one strength.
    """
    suggested = {one.suggested for one in scores}
    drawn = [one.candidate for one in tiles]
    chosen = {one.anchor_id: one.recipe.mean for one in drawn if one.id in suggested}
    stronger = [one for one in drawn if not one.own and one.recipe.mean > chosen.get(one.anchor_id, inf)]
    copies = sum(one.overfit for one in stronger)
    if not project.references or not copies or 2 * copies <= len(stronger):
        return ""
    thing = repeated_thing(project)
    return f"Suggestions come from lower LoRA strengths: at higher ones, most of their images show {thing}."
