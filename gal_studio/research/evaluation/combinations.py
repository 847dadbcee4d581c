"""Lists laid out like CustomConcept101's: which subjects a picture shows together, and for which prompts."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from gal_studio.core.errors import StudioError
from gal_studio.json_files import read_json
from gal_studio.research.evaluation.dreambench import references_in

FEWEST = 2


@dataclass(frozen=True)
class Part:
    """A subject of a combination, named after the folder of its reference pictures."""

    name: str
    category: str
    references: tuple[Path, ...]


@dataclass(frozen=True)
class Combination:
    """Subjects that are shown together; `templates` have `{0}` for the first one's class, `{1}` and so on."""

    parts: tuple[Part, ...]
    templates: tuple[str, ...]

    @property
    def name(self) -> str:
        """The subjects' names, joined by a plus: the folder of its pictures."""
        return "+".join(part.name for part in self.parts)

    @property
    def size(self) -> int:
        """The number of subjects."""
        return len(self.parts)

    @property
    def pictures(self) -> tuple[tuple[Path, ...], ...]:
        """The reference pictures of each subject."""
        return tuple(part.references for part in self.parts)

    def prompts(self, *words: str) -> dict[str, str]:
        """What is drawn, by the plain prompt that is scored; `words` are the subjects' trigger words."""
        plain = [part.category for part in self.parts]
        named = [f"{word} {name}" for word, name in zip(words, plain, strict=True)] if words else plain
        return {_fill(each, plain): _fill(each, named) for each in self.templates}


def read_combinations(path: Path, only: Sequence[str] = ()) -> list[Combination]:
    """Read a list in the form of CustomConcept101's `dataset_multiconcept.json`; `only` names those wanted.

    A combination is a list of subjects (`class_prompt`, and `instance_data_dir` with its pictures) and of
    `prompt_filename_compose`, a text with one prompt a line. Paths are relative to the list.
    """
    try:
        listed = read_json(path)
    except OSError as error:
        raise StudioError(f"The list {path} cannot be read ({error.strerror}): check its path.") from error
    except ValueError as error:
        raise StudioError(f"{path} is not a list of combinations: it is not JSON in UTF-8.") from error
    if not isinstance(listed, list) or not listed:
        raise _no_list(path)
    found = [_combination(each, path) for each in listed]
    twice = [name for name, times in Counter(each.name for each in found).items() if times > 1]
    if twice:
        raise StudioError(f"{path} has the combination {twice[0]!r} more than once: leave one out.")
    names = [each.name for each in found]
    if unknown := [name for name in only if name not in names]:
        raise StudioError(f"{path} has no combination {unknown[0]!r}: choose from {', '.join(names)}.")
    return [each for each in found if not only or each.name in only]


def _combination(entry: Any, path: Path) -> Combination:
    if not isinstance(entry, list) or not all(isinstance(part, dict) for part in entry):
        raise _no_list(path)
    parts = tuple(_part(each, path) for each in entry if "instance_data_dir" in each)
    files = [each["prompt_filename_compose"] for each in entry if "prompt_filename_compose" in each]
    if len(parts) < FEWEST or len(files) != 1 or not isinstance(files[0], str):
        raise _no_list(path)
    names = [part.name for part in parts]
    if len(set(names)) < len(names):
        raise StudioError(f"{path} combines {names[0]!r} with itself: give each subject a folder of its own.")
    return Combination(parts, _templates(path.parent / files[0], len(parts)))


def _part(entry: Mapping[str, Any], path: Path) -> Part:
    folder, category = entry["instance_data_dir"], entry.get("class_prompt")
    if not isinstance(folder, str) or not isinstance(category, str) or not category.strip():
        raise _no_list(path)
    return Part(Path(folder).name, category.strip(), references_in(path.parent / folder))


def _templates(path: Path, subjects: int) -> tuple[str, ...]:
    try:
        lines = path.read_text(encoding="utf-8-sig").splitlines()
    except OSError as error:
        raise StudioError(f"The prompts {path} cannot be read ({error.strerror}): check the list.") from error
    except UnicodeDecodeError as error:
        raise StudioError(f"{path} is not a text in UTF-8: save it as such.") from error
    templates = tuple(" ".join(line.split()) for line in lines if line.strip())
    if not templates:
        raise StudioError(f"{path} has no prompts: write one per line.")
    for template in templates:
        if not any(f"{{{place}}}" in template for place in range(subjects)):
            raise StudioError(
                f"The prompt {template!r} in {path} names none of its subjects: write {{0}} for the first "
                "one, {1} for the second."
            )
    return templates


def _fill(template: str, names: Sequence[str]) -> str:
    for place, name in enumerate(names):
        template = template.replace(f"{{{place}}}", name)
    return template


def _no_list(path: Path) -> StudioError:
    return StudioError(
        f"{path} is not a list of combinations: each needs two or more subjects and a "
        "prompt_filename_compose, as docs/results.md shows."
    )
