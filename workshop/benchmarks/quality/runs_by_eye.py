"""Runs counted by eye: are suggestions clean and right, and is the last round better than the first one?

    gal-studio run PROJECT.toml --out RUN        # for each reference
    python -m workshop.benchmarks.quality.runs_by_eye sheets RUN ... --out FOLDER
    python -m workshop.benchmarks.quality.runs_by_eye report --out FOLDER
    python -m workshop.benchmarks.quality.eyes FOLDER     # the flags beside what people saw

`sheets` writes a page for each run: its references, and below them in random order what was accepted as
suggested, and two pictures of each of six held-out prompts by the base model, by it with the references
given (Round 0, at a reference strength of 1), and by the first and the last round, as trained and by the
recipe of its best candidates (Eq. G18), all from the same seeds (`--arms` some, or others). `--beside` adds
the last round of FOLDER/RUN, the same project carried on by other decisions, under the folder's name.
RULES.md is for somebody who has seen nothing else; each person writes `count-NAME.json` beside it. What the
cells are is in FOLDER/key.json, which they do not see. `report` prints shares, kappas and paired differences,
and writes `labels.csv`, which `workshop.benchmarks.quality.eyes` reads with project files in
FOLDER/references.
"""

import argparse
import csv
import json
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations
from pathlib import Path

import numpy as np
import torch
from PIL import Image

from gal_studio.assets import POCKET_ADAPTER, load_held_out, resolve_adapter, resolve_model
from gal_studio.core.recipe import AS_TRAINED, Recipe
from gal_studio.core.references import parse_prompts
from gal_studio.core.seeds import generator, named_seed
from gal_studio.core.settings import GenerationSettings
from gal_studio.engine.families.family import References
from gal_studio.engine.models.image_model import ImageModel, load_image_model
from gal_studio.engine.patches.tower_encoder import TowerEncoder
from gal_studio.engine.sampling.fused_adapter import drawing
from gal_studio.engine.sampling.reference_adapter import attached, encode_references, load_adapter
from gal_studio.engine.sampling.sampler import DrawnBatch, DrawRequest, draw
from gal_studio.research.rating.agreement import kappa_of
from gal_studio.research.rating.questions import QUESTIONS, RULES, Count, Flags, success
from gal_studio.research.rating.sheets import Cell, page_of
from gal_studio.state import Store
from gal_studio.studio import Studio
from workshop.benchmarks.output import read, write
from workshop.benchmarks.quality.refinement_gain import interval

SUGGESTED, BASE, GIVEN = "suggestion", "base", "round 0"
FIRST, BEST, LAST, LAST_BEST = "first, full", "first, best", "last, full", "last, best"
ARMS = (SUGGESTED, BASE, GIVEN, FIRST, BEST, LAST, LAST_BEST)
SECOND, SECOND_BEST = "second, full", "second, best"
CONSTANTS = {f"last, at {strength:g}": Recipe(strength, strength, 0.0) for strength in (0.85, 0.7, 0.55)}
"""Further arms: the last round at these constant strengths."""
COMPARED = (
    (GIVEN, BASE),
    (GIVEN, FIRST),
    (GIVEN, BEST),
    (LAST, BEST),
    (LAST, FIRST),
    (LAST, BASE),
    (LAST_BEST, BEST),
    (LAST_BEST, LAST),
)
PROMPTS, SEEDS = 6, 2


def cells_of(
    run: Path, model: ImageModel, wanted: Sequence[str], beside: Sequence[Path] = ()
) -> tuple[list[Image.Image], list[Cell]]:
    """The references of a run, and its cells of these arms; `beside` are folders with it carried on."""
    with Store(run / "workspace") as store, tempfile.TemporaryDirectory() as folder:
        studio = Studio(store)
        (project,) = store.projects.all()
        references = store.projects.references(project.id)
        rounds = [each for each in store.rounds.of_project(project.id) if each.adapter is not None]
        named = parse_prompts(project.kind, references)
        own = {each.prompt for each in store.projects.anchors(project.id)}
        own |= {each.prompt for each in references}
        prompts = [each for each in named.expand(load_held_out(project.kind)) if each not in own][:PROMPTS]
        requests = [
            DrawRequest(prompt, named_seed(project.seed, "by eye", prompt, number))
            for prompt in prompts
            for number in range(SEEDS)
        ]
        cells: list[Cell] = []
        for each in rounds if SUGGESTED in wanted else ():
            shown = studio.round_view(each.id).candidates
            cells += [
                (f"{SUGGESTED} {each.number}", one.prompt, store.images.picture(one.candidate.image))
                for one in shown
                if one.verdict == "accepted"
            ]
        middle = min(1, len(rounds) - 1)
        best = [store.snapshots.round(rounds[place].id).best_recipe for place in (0, middle, -1)]
        arms: tuple[tuple[str, int | None, Recipe], ...] = (
            (BASE, None, AS_TRAINED),
            (FIRST, 0, AS_TRAINED),
            (BEST, 0, best[0]),
            (SECOND, middle, AS_TRAINED),
            (SECOND_BEST, middle, best[1]),
            (LAST, -1, AS_TRAINED),
            (LAST_BEST, -1, best[2]),
            *((arm, -1, recipe) for arm, recipe in CONSTANTS.items()),
        )
        for arm, place, recipe in (each for each in arms if each[0] in wanted):
            path = None if place is None else _exported(studio, rounds[place].id, Path(folder))
            with drawing(model, path, recipe=recipe) as ready:
                cells += cells_by(arm, ready, requests, project.settings.generation)
        for there in beside:
            cells += _carried_on(there, run.name, Path(folder), model, requests)
        pictures = [store.images.picture(each.image) for each in references]
        if GIVEN in wanted:
            adapter = load_adapter(resolve_adapter(POCKET_ADAPTER), model, open_tower=TowerEncoder)
            with drawing(model) as ready, attached(ready, adapter):
                given = encode_references(ready, adapter, pictures)
                cells += cells_by(GIVEN, ready, requests, project.settings.generation, given)
        return pictures, cells


def _carried_on(
    there: Path, name: str, folder: Path, model: ImageModel, requests: Sequence[DrawRequest]
) -> list[Cell]:
    """The cells of the last round of a run in another folder, whose name its arms have."""
    with Store(there / name / "workspace") as store:
        (project,) = store.projects.all()
        last = store.rounds.of_project(project.id)[-1].id
        path = _exported(Studio(store), last, folder / there.name)  # copies of a workspace share IDs
        both = (("full", AS_TRAINED), ("best", store.snapshots.round(last).best_recipe))
    cells: list[Cell] = []
    for how, recipe in both:
        with drawing(model, path, recipe=recipe) as ready:
            cells += cells_by(f"{there.name}, {how}", ready, requests, project.settings.generation)
    return cells


def _exported(studio: Studio, round_id: str, folder: Path) -> Path:
    """The LoRA of a round as a file in this folder."""
    path = folder / f"{round_id}.safetensors"
    if not path.exists():
        folder.mkdir(exist_ok=True)
        studio.export_adapter(round_id, path)
    return path


def cells_by(
    arm: str,
    ready: ImageModel,
    requests: Sequence[DrawRequest],
    settings: GenerationSettings,
    given: References | None = None,
) -> list[Cell]:
    """The cells of an arm whose LoRA or image adapter is in the model."""
    events = draw(ready, requests, settings, given)
    drawn = [picture for each in events if isinstance(each, DrawnBatch) for picture in each.images]
    return [(arm, request.prompt, picture) for request, picture in zip(requests, drawn, strict=True)]


def write_sheets(
    runs: Sequence[Path], out: Path, arms: Sequence[str] = ARMS, beside: Sequence[Path] = ()
) -> None:
    """Write the pages that are missing, of these arms, and the rules."""
    (out / "pages").mkdir(parents=True, exist_ok=True)
    (out / "pictures").mkdir(exist_ok=True)
    key, asked = (_kept(out / name) for name in ("key.json", "prompts.json"))
    with Store(runs[0] / "workspace") as store:
        model = load_image_model(resolve_model(store.projects.all()[0].base_model))
    for run in runs:
        if run.name in key:
            continue
        references, cells = cells_of(run, model, arms, beside)
        order = generator(0, run.name).permutation(len(cells))
        cells = [cells[number] for number in order]
        page_of(references, cells).save(out / "pages" / f"{run.name}.png")
        for place, (_, _, picture) in enumerate(cells, start=1):
            picture.save(out / "pictures" / picture_name(run.name, place))
        key[run.name] = [arm for arm, _, _ in cells]
        asked[run.name] = [prompt for _, prompt, _ in cells]
        write(out / "prompts.json", asked)
        write(out / "key.json", key)
    (out / "pages" / "RULES.md").write_text(RULES)


def picture_name(page: str, place: int) -> str:
    """The file of a cell, in FOLDER/pictures."""
    return f"{page}-{place}.png"


def _kept(path: Path) -> dict[str, list[str]]:
    found: dict[str, list[str]] = read(path) if path.exists() else {}
    return found


def write_labels(
    key: Mapping[str, Sequence[str]],
    prompts: Mapping[str, Sequence[str]],
    counts: Mapping[str, Count],
    path: Path,
) -> None:
    """Write what people said of the pages that all of them counted, a row for each picture."""
    with path.open("w", newline="") as file:
        rows = csv.writer(file, lineterminator="\n")
        named = [f"{question}_{name}" for question in QUESTIONS for name in counts]
        rows.writerow(["reference", "picture", "arm", "prompt", *named])
        for page, arms in key.items():
            if not all(page in count for count in counts.values()):
                continue
            for place, (arm, prompt) in enumerate(zip(arms, prompts[page], strict=True), start=1):
                told = [count[page][str(place)] for count in counts.values()]
                said = [each[number] for number in range(len(QUESTIONS)) for each in told]
                rows.writerow([page, picture_name(page, place), arm, prompt, *said])


def answers(key: Mapping[str, Sequence[str]], count: Count, page: str, arm: str) -> np.ndarray:
    """What a person said of an arm's pictures on a page, (n, 3)."""
    places = [number for number, name in enumerate(key[page], start=1) if name.startswith(arm)]
    return np.array([count[page][str(place)] for place in places], dtype=int).reshape(-1, len(QUESTIONS))


def kappa(one: Flags, other: Flags) -> float:
    """Cohen's kappa; 1 where two people say the same of all, which leaves it undefined."""
    found = kappa_of(one, other)
    return 1.0 if found is None else found


def report(key: Mapping[str, Sequence[str]], counts: Mapping[str, Count]) -> Iterator[str]:
    """Lines of text: each page's arms, means, paired differences, and how far two people agree."""
    named = [SUGGESTED if name.startswith(SUGGESTED) else name for names in key.values() for name in names]
    own = [arm for arm in (*ARMS, SECOND, SECOND_BEST, *CONSTANTS) if arm in named]
    beside = sorted({*named} - {*own})
    arms = [*own, *beside]
    pages = [page for page in key if any(page in count for count in counts.values())]
    said = {
        arm: [
            np.concatenate([answers(key, c, page, arm) for c in counts.values() if page in c])
            for page in pages
        ]
        for arm in arms
    }
    shares = {
        arm: np.array([success(each).mean() if len(each) else np.nan for each in told])
        for arm, told in said.items()
    }
    for row, page in enumerate(pages):
        yield f"{page:28}" + "  ".join(f"{arm} {shares[arm][row]:.2f}" for arm in arms)
    yield f"{'mean':28}" + "  ".join(f"{arm} {np.nanmean(shares[arm]):.2f}" for arm in arms)
    for one, other in (*COMPARED, *((arm, one) for arm in beside for one in (BEST, LAST_BEST))):
        if one in arms and other in arms:
            known = shares[one] - shares[other]
            mean, low, high = interval([each for each in known if not np.isnan(each)])
            yield f"{one} - {other}: {mean:+.2f} [{low:+.2f}, {high:+.2f}]"
    for arm in arms:
        told = np.concatenate(said[arm])
        (copy, asked, like), whole = (told > 0).mean(axis=0), success(told, 2).mean()
        yield (
            f"{arm}: clean {1 - copy:.2f}  asked {asked:.2f}  like {like:.2f}  whole look {whole:.2f}  "
            f"of {len(told)} answers"
        )
    for one, other in combinations(counts, 2):
        both = [page for page in pages if page in counts[one] and page in counts[other]]
        if not both:
            continue
        for place, question in enumerate((*QUESTIONS, "success")):
            pair = []
            for each in (one, other):
                whole = np.concatenate([answers(key, counts[each], page, "") for page in both])
                pair.append(success(whole) if question == "success" else whole[:, place] > 0)
            yield f"kappa of {one} and {other}, {question}: {kappa(*pair):.2f}"


def main() -> None:
    """Write the missing pages, or print what was counted."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("what", choices=("sheets", "report"))
    parser.add_argument("runs", type=Path, nargs="*")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--arms", nargs="+", choices=(*ARMS, SECOND, SECOND_BEST, *CONSTANTS), default=ARMS)
    parser.add_argument("--beside", type=Path, nargs="+", default=(), help="Folders with these runs.")
    args = parser.parse_args()
    torch.set_num_threads(1)
    if args.what == "sheets":
        write_sheets(args.runs, args.out, args.arms, args.beside)
        return
    found = sorted((args.out / "pages").glob("count-*.json"))
    counts = {path.stem.removeprefix("count-"): json.loads(path.read_text()) for path in found}
    key = read(args.out / "key.json")
    print("\n".join(report(key, counts)))
    write_labels(key, read(args.out / "prompts.json"), counts, args.out / "labels.csv")


if __name__ == "__main__":
    main()
