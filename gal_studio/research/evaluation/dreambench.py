"""Folders laid out like DreamBench: subjects with their classes, reference pictures and prompts."""

import os
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from gal_studio.causes import missing
from gal_studio.core.errors import StudioError
from gal_studio.state.images.folder import is_picture

LIST = "prompts_and_classes.txt"
LIVE = ("cat", "dog")
"""The classes of DreamBench that are drawn with the prompts for live subjects."""
_PROMPT = re.compile(r"""^\s*['"](?P<prompt>.*\{1\}.*)['"]\s*\.format\(""")
_NUMBERED = re.compile(r"^(?P<prompt>.+)-(?P<number>\d+)$")


@dataclass(frozen=True)
class BenchSubject:
    """A subject with its reference pictures; `templates` have `{0}` for the trigger word, `{1}` the class."""

    name: str
    category: str
    references: tuple[Path, ...]
    templates: tuple[str, ...]

    def prompts(self, word: str = "") -> dict[str, str]:
        """What is drawn with the trigger word, by the plain prompt that is scored and names the picture."""
        return {self._fill(each, ""): self._fill(each, word) for each in self.templates}

    def _fill(self, template: str, word: str) -> str:
        return " ".join(template.replace("{0}", word).replace("{1}", self.category).split())


@dataclass(frozen=True)
class DrawnSubject:
    """A generated picture and the plain prompt that it was drawn for."""

    path: Path
    prompt: str


def read_dreambench(folder: Path, only: Sequence[str] = ()) -> list[BenchSubject]:
    """Read the subjects of `folder` or of `folder/dataset`; `only` names those that are wanted."""
    root = next((each for each in (folder / "dataset", folder) if (each / LIST).is_file()), None)
    if root is None:
        raise StudioError(
            f"{folder} is not laid out like DreamBench: it needs a folder for each subject and {LIST}."
        )
    try:
        text = (root / LIST).read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise StudioError(f"{root / LIST} is not UTF-8 text: save it as UTF-8.") from error
    classes, templates = parse_list(text, root / LIST)
    if unknown := [name for name in only if name not in classes]:
        raise StudioError(f"{root / LIST} has no subject {unknown[0]!r}: choose from {', '.join(classes)}.")
    subjects = []
    for name, category in classes.items():
        if not only or name in only:
            chosen = templates["live" if category in LIVE and "live" in templates else "object"]
            subjects.append(BenchSubject(name, category, references_in(root / name), chosen))
    return subjects


def parse_list(text: str, path: Path) -> tuple[dict[str, str], dict[str, tuple[str, ...]]]:
    """The class of each subject, and the templates for objects and for live subjects."""
    classes: dict[str, str] = {}
    lists: dict[str, list[str]] = {}
    part = ""
    for line in text.splitlines():
        heading = line.strip().lower()
        if heading in ("classes", "object prompts", "live subject prompts"):
            part = heading.split()[0]
        elif (found := _PROMPT.match(line)) and part in ("object", "live"):
            lists.setdefault(part, []).append(found["prompt"])
        elif part == "classes" and "," in line and heading != "subject_name,class":
            name, _, category = line.partition(",")
            classes[name.strip()] = category.strip()
    if not classes or "object" not in lists:
        raise StudioError(f"{path} names no subjects or no prompts: use the file that DreamBench comes with.")
    for name in classes:
        if Path(name).name != name or name in (".", ".."):
            raise StudioError(f"{path} names the subject {name!r}, which is not the name of a folder.")
    return classes, {kind: tuple(prompts) for kind, prompts in lists.items()}


def single_image(subject: BenchSubject) -> Path:
    """The one picture that stands for a subject: Kosmos-G's choice, or else the first by name."""
    wanted = KOSMOS_G.get(subject.name)
    return next((path for path in subject.references if path.stem == wanted), subject.references[0])


def find_drawn(subject: BenchSubject, folder: Path, partial: bool = False) -> list[DrawnSubject]:
    """The generated pictures `SUBJECT/PROMPT.png` (or `PROMPT-0.png` and so on) of a subject.

    A prompt's last full stop may be missing in the name. Refused if a file is named after none of the
    prompts, or if a prompt has no picture, unless `partial`.
    """
    known = {file_stem(prompt).lower(): prompt for prompt in subject.prompts()}
    drawn = list(_named_by_prompt(folder / subject.name, known))
    missing = set(known.values()) - {each.prompt for each in drawn}
    if missing and not (partial and drawn):
        raise StudioError(
            f"{folder / subject.name} has images of {len(known) - len(missing)} of {len(known)} prompts "
            f"(none of {min(missing)!r}): generate the others, or evaluate what is there with --partial."
        )
    return drawn


def file_stem(prompt: str) -> str:
    """The name of the picture of a prompt: without the full stop at its end."""
    return prompt.rstrip(". ")


def _named_by_prompt(folder: Path, known: Mapping[str, str]) -> Iterator[DrawnSubject]:
    for path in _pictures(folder):
        stem = file_stem(path.stem).lower()
        numbered = _NUMBERED.match(stem)
        prompt = known.get(stem) or (known.get(numbered["prompt"]) if numbered else None)
        if prompt is None:
            raise StudioError(
                f"{path} is named after none of the prompts of its subject: name it PROMPT.png, such as "
                f"{next(iter(known.values()))!r}.png."
            )
        yield DrawnSubject(path, prompt)


def references_in(folder: Path) -> tuple[Path, ...]:
    """The reference pictures of a subject's folder, by name; refused if there are none."""
    found = tuple(_pictures(folder))
    if not found:
        raise StudioError(f"{folder} has no images of its subject: put the reference images there.")
    return found


def _pictures(folder: Path) -> list[Path]:
    if not os.path.isdir(folder):
        raise StudioError(missing(folder, "folder", "each subject needs one of its name"))
    return sorted(path for path in folder.iterdir() if is_picture(path))


KOSMOS_G = {
    "backpack": "02",
    "backpack_dog": "02",
    "bear_plushie": "03",
    "berry_bowl": "02",
    "can": "01",
    "candle": "02",
    "cat": "04",
    "cat2": "02",
    "clock": "03",
    "colorful_sneaker": "01",
    "dog": "02",
    "dog2": "02",
    "dog3": "05",
    "dog5": "00",
    "dog6": "02",
    "dog7": "01",
    "dog8": "04",
    "duck_toy": "01",
    "fancy_boot": "02",
    "grey_sloth_plushie": "04",
    "monster_toy": "04",
    "pink_sunglasses": "04",
    "poop_emoji": "00",
    "rc_car": "03",
    "red_cartoon": "00",
    "robot_toy": "00",
    "shiny_sneaker": "01",
    "teapot": "04",
    "vase": "02",
    "wolf_plushie": "04",
}
"""Which picture stands for each subject in the single-image setting, as Kosmos-G chose them."""
