"""Two U-Nets beside each other, for readers who do not know which is which.

    python -m workshop.pocket.evaluation.before_after pictures --weights EXPORTED/unet.pt --out FOLDER
    python -m workshop.pocket.evaluation.before_after names FOLDER answers-a.csv answers-b.csv
    python -m workshop.pocket.evaluation.before_after pairs FOLDER chosen-a.csv chosen-b.csv
    python -m workshop.pocket.evaluation.before_after references --out FOLDER
    python -m workshop.pocket.evaluation.before_after rounds BEFORE AFTER --out FOLDER
    python -m workshop.pocket.evaluation.before_after looks labels-a.csv labels-b.csv

`pictures` draws with the shipped weights and with those of a training, the same prompts and seeds: the
anchors' and the benchmark's things in four styles, and four objects in twelve places. Its sheets
`names-0.png` … show both mixed and numbered, without captions; a reader writes a table `number,name`. The
sheets `pairs-0.png` … show 60 prompts by both, side by side by chance; a reader writes `number,side` (left,
right, or empty for neither). `key.csv` and `pairs.csv` say what is what: no reader sees them. `references`
draws six pictures in held-out kinds of styles, of things that no training shows, as projects of three rounds.

`gal-studio run REFERENCE/project.toml --rounds 3 --measure --out BEFORE/REFERENCE` carries each on, and the
same with the other weights installed; `rounds` writes the benchmark's images of the first and the last round
of both, by their best schedules, as FOLDER/images.csv for `gal-studio rate`; `looks` prints what raters said.
"""

import argparse
import csv
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw

from gal_studio.assets import load_anchors, load_held_out, load_preset, resolve_model
from gal_studio.core.seeds import candidate_seed
from gal_studio.engine.models.image_model import load_image_model
from gal_studio.engine.sampling.fused_adapter import drawing
from gal_studio.engine.sampling.sampler import DrawRequest
from gal_studio.research.rating.labels import read_rows
from gal_studio.research.rating.questions import QUESTIONS, success
from gal_studio.state import Store
from gal_studio.studio import Studio
from workshop.pocket.data.compose import pale_ground, paste
from workshop.pocket.data.concepts import CONCEPTS
from workshop.pocket.data.dataset import OFTEN_PLACES, WORK, designs_of
from workshop.pocket.evaluation.evaluate import as_array, drawn
from workshop.pocket.scenes.places import PLACES
from workshop.pocket.scenes.recipes import HELD_OUT, HELD_OUT_FROM, Recipe
from workshop.pocket.train.training import load_weights

STYLES = ("flat design", "watercolor painting", "cartoon", "3d rendering")
OBJECTS = ("cat", "shoe", "teapot", "backpack")
PAIRS, PAGE, COLUMNS, SIDE = 60, 48, 8, 160
UNSEEN = ("elephant", "guitar", "umbrella", "pineapple", "rocket", "flamingo")
SEED = 11


@dataclass(frozen=True)
class Case:
    """A prompt, what is in it, and where it belongs: anchors, benchmark or places."""

    prompt: str
    thing: str
    group: str


def cases() -> list[Case]:
    """All that is drawn by both."""
    found = [
        Case(template.format(f"in {style} style"), _thing(template), group)
        for group, templates in (("anchors", load_anchors("style")), ("benchmark", load_held_out("style")))
        for template in templates
        for style in STYLES
    ]
    where = {place.name: place.words[0] for place in PLACES}
    found += [Case(f"A {thing} {where[name]}", thing, "places") for thing in OBJECTS for name in OFTEN_PLACES]
    return found


def _thing(template: str) -> str:
    """The longest name of a concept that a template has."""
    named = [concept.name for concept in CONCEPTS if concept.name in template.lower()]
    return max(named, key=len)


def draw_all(weights: Path | None, asked: Sequence[Case]) -> np.ndarray:
    """The pictures of all cases by the shipped U-Net, or with the mean weights of a training."""
    preset = load_preset("pocket")
    model = load_image_model(resolve_model(preset.base_model))
    if weights is not None:
        load_weights(model.denoiser, weights)
    requests = [DrawRequest(case.prompt, candidate_seed(SEED, case.prompt, 0)) for case in asked]
    with drawing(model):
        return as_array(drawn(model, requests, preset.settings["style"].generation))


def sheets(pictures: Sequence[np.ndarray], columns: int, numbers: Sequence[int]) -> Iterator[Image.Image]:
    """Pages of numbered pictures."""
    for first in range(0, len(pictures), PAGE):
        part = pictures[first : first + PAGE]
        width = part[0].shape[1] * SIDE // 128
        page = Image.new("RGB", (columns * (width + 8), -(-len(part) // columns) * (SIDE + 22)), "white")
        for place, (picture, number) in enumerate(zip(part, numbers[first:], strict=False)):
            left, top = place % columns * (width + 8), place // columns * (SIDE + 22)
            page.paste(
                Image.fromarray(picture).resize((width, SIDE), Image.Resampling.LANCZOS), (left, top + 16)
            )
            ImageDraw.Draw(page).text((left + 2, top + 2), str(number), "black")
        yield page


def write_pictures(weights: Path, out: Path) -> None:
    """Draw with both, and write the sheets and their keys."""
    out.mkdir(parents=True, exist_ok=True)
    asked, rng = cases(), np.random.default_rng(SEED)
    before, after = draw_all(None, asked), draw_all(weights, asked)
    both = [(arm, i) for arm in ("before", "after") for i in range(len(asked))]
    order = rng.permutation(len(both))
    by_arm = {"before": before, "after": after}
    _write_table(
        out / "key.csv",
        ("number", "arm", "thing", "group", "prompt"),
        [(n, both[k][0], *_columns(asked[both[k][1]])) for n, k in enumerate(order, start=1)],
    )
    mixed = [by_arm[both[k][0]][both[k][1]] for k in order]
    for page, sheet in enumerate(sheets(mixed, COLUMNS, range(1, len(mixed) + 1))):
        sheet.save(out / f"names-{page}.png")
    chosen, left = rng.choice(len(asked), PAIRS, replace=False), rng.random(PAIRS) < 0.5
    _write_table(
        out / "pairs.csv",
        ("number", "left", "prompt"),
        [
            (n, "after" if a else "before", asked[k].prompt)
            for n, (k, a) in enumerate(zip(chosen, left, strict=True), 1)
        ],
    )
    gap = np.full((128, 6, 3), 255, np.uint8)
    pairs = [
        np.concatenate([after[k], gap, before[k]] if a else [before[k], gap, after[k]], 1)
        for k, a in zip(chosen, left, strict=True)
    ]
    for page, sheet in enumerate(sheets(pairs, 4, range(1, PAIRS + 1))):
        sheet.save(out / f"pairs-{page}.png")


def _columns(case: Case) -> tuple[str, str, str]:
    return case.thing, case.group, case.prompt


def _write_table(path: Path, names: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([names, *rows])


def _read_table(path: Path) -> dict[int, dict[str, str]]:
    with path.open(newline="", encoding="utf-8") as file:
        return {int(row["number"]): row for row in csv.DictReader(file)}


def is_named(answer: str, thing: str) -> bool:
    """Whether an answer names the thing, by any of its words in captions."""
    concept = next(each for each in CONCEPTS if each.name == thing)
    known = {
        phrase.lower().removeprefix("a ").removeprefix("an ") for phrase in (concept.name, *concept.synonyms)
    }
    return any(name in answer.lower() for name in known)


def print_names(folder: Path, answers: Sequence[Path]) -> None:
    """The share of pictures whose thing each reader names, by group and arm."""
    key = _read_table(folder / "key.csv")
    for path in answers:
        told = _read_table(path)
        for group in ("anchors", "benchmark", "places"):
            rates = {
                arm: np.mean([is_named(told[n]["name"], row["thing"]) for n, row in key.items()
                              if (row["arm"], row["group"]) == (arm, group)])
                for arm in ("before", "after")
            }  # fmt: skip
            print(f"{path.stem}  {group}: before {rates['before']:.2f}, after {rates['after']:.2f}")


def print_pairs(folder: Path, answers: Sequence[Path]) -> None:
    """How often each reader prefers the picture of the new weights."""
    key = _read_table(folder / "pairs.csv")
    for path in answers:
        sides = {n: row["side"].strip() for n, row in _read_table(path).items()}
        decided = [(key[n]["left"] == "after") == (side == "left") for n, side in sides.items() if side]
        rest = len(sides) - len(decided)
        print(f"{path.stem}  after preferred {sum(decided)} of {len(decided)}, {rest} undecided")


def write_references(icons: Path, out: Path) -> None:
    """A project for each held-out kind of style, of a thing that no training of the U-Net shows."""
    for number, (kind, thing) in enumerate(zip(HELD_OUT, UNSEEN, strict=True)):
        rng = np.random.default_rng([SEED, number])
        design = next(d for d in designs_of(icons) if d.concept == thing and d.pack in ("noto", "twemoji"))
        layer = paste(design.rgba, (104, (64, 64)), rng, upright=True, mirrored=False)
        picture = layer[..., :3] + pale_ground(rng) * (1 - layer[..., 3:])
        made = Recipe(HELD_OUT_FROM + number).apply(picture, layer[..., 3], False, rng)
        folder = out / kind.name
        folder.mkdir(parents=True, exist_ok=True)
        Image.fromarray((made * 255 + 0.5).astype(np.uint8)).save(folder / f"{thing}.png")
        article = "An" if thing[0] in "aeiou" else "A"
        (folder / "project.toml").write_text(
            f'kind = "style"\nname = "{kind.name}"\nseed = 5\nrounds = 3\n\n[[references]]\n'
            f'image = "{thing}.png"\nprompt = "{article} {thing} in {kind.words[0]} style"\n'
        )


def write_rounds(arms: dict[str, Path], out: Path) -> None:
    """The benchmark's images of the first and last round of each reference and arm, as a table to rate."""
    rows = []
    for arm, folder in arms.items():
        for home in sorted(path for path in folder.iterdir() if (path / "workspace").is_dir()):
            with Store(home / "workspace") as store:
                project = store.projects.all()[0].id
                studio = Studio(store)
                here = studio.measures(project)
                (out / "references" / home.name).mkdir(parents=True, exist_ok=True)
                for number, each in enumerate(store.projects.references(project)):
                    store.images.picture(each.image).save(out / "references" / home.name / f"{number}.png")
                rounds = store.rounds.of_project(project)
                for which, round_ in (("first", rounds[0]), ("last", rounds[-1])):
                    by_schedule = here.by_schedule.get(round_.id)
                    drawn = (by_schedule[0] if by_schedule else here.reports[round_.id]).arm
                    for number, ((prompt, seed), shown) in enumerate(sorted(drawn.part("held_out").items())):
                        name = f"{home.name}-{arm}-{which}-{number}.png"
                        store.images.picture(shown.candidate.image).save(out / name)
                        rows.append((name, home.name, f"{arm}, {which}", drawn.recipe.words, prompt, seed))
    _write_table(out / "images.csv", ("image", "reference", "arm", "schedule", "prompt", "seed"), rows)


def print_looks(labels: Sequence[Path]) -> None:
    """The shares of right and whole looks of each arm, by reference and over all, mean of the raters."""
    found: dict[tuple[str, str], list[tuple[float, float]]] = {}
    for path in labels:
        for row in read_rows(path):
            said = np.array([[int(row[f"{word}_1"]) for word in QUESTIONS]])
            shares = float(success(said)[0]), float(success(said, 2)[0])
            for reference in (row["reference"], "all"):
                found.setdefault((reference, row["arm"]), []).append(shares)
    for (reference, arm), all_shares in sorted(found.items()):
        right, whole = np.mean(all_shares, 0)
        print(f"{reference}, {arm}: right {right:.2f}, whole look {whole:.2f} ({len(all_shares)} labels)")


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    chosen = parser.add_subparsers(dest="what", required=True)
    pictures = chosen.add_parser("pictures")
    pictures.add_argument("--weights", type=Path, required=True)
    pictures.add_argument("--out", type=Path, required=True)
    for name in ("names", "pairs"):
        scored = chosen.add_parser(name)
        scored.add_argument("folder", type=Path)
        scored.add_argument("answers", type=Path, nargs="+")
    references = chosen.add_parser("references")
    references.add_argument("--icons", type=Path, default=WORK / "icons")
    references.add_argument("--out", type=Path, required=True)
    rounds = chosen.add_parser("rounds")
    rounds.add_argument("before", type=Path)
    rounds.add_argument("after", type=Path)
    rounds.add_argument("--out", type=Path, required=True)
    chosen.add_parser("looks").add_argument("labels", type=Path, nargs="+")
    args = parser.parse_args()
    match args.what:
        case "pictures":
            write_pictures(args.weights, args.out)
        case "names":
            print_names(args.folder, args.answers)
        case "pairs":
            print_pairs(args.folder, args.answers)
        case "rounds":
            write_rounds({"before": args.before, "after": args.after}, args.out)
        case "looks":
            print_looks(args.labels)
        case _:
            write_references(args.icons, args.out)


if __name__ == "__main__":
    main()
