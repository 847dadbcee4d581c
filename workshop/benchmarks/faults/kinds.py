"""Kill each kind of job by itself, at file events and at random moments, and compare its results bit by bit.

    python -m workshop.benchmarks.faults kills --kinds all --kills 10 --seed 5

Every kind begins from a copy of one prepared folder, on models with random weights. It is killed (SIGKILL)
and asked for again, as a person would, up to five times: in turn at a file event (a commit, a rename, a
removal, a file opened for writing) and at a moment, both drawn from the seed. Goals: it ends at last, nothing
that was there before is lost, and LoRAs, images, measures and maps are those of a run without a kill.
"""

import hashlib
import multiprocessing
import os
import re
import shutil
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any

import torch

from gal_studio.cli import main as command
from gal_studio.commands.doctor import check_workspace
from gal_studio.core.errors import StudioError
from gal_studio.features.benchmark.verbs import change_test_set, measure
from gal_studio.features.refine.verbs import make_pairs, refine
from gal_studio.research import verbs
from gal_studio.state import Store
from gal_studio.state.database.tables import TABLES
from gal_studio.studio import Studio
from gal_studio.worker import Worker
from gal_studio.worker.import_ahead import import_ahead
from gal_studio.worker.models import Models
from tests.short_searches import shortened
from tests.tiny_project import CHANGES, drawing, make_models, make_tower, object_draft, tiny_draft
from tests.worker.test_lora_start import write_lora
from tests.workspace.filled import fill
from workshop.benchmarks.faults.witness import Losses, Witness, tensors
from workshop.benchmarks.faults.writes import KILLED, Deaths

import_ahead()  # once, in the process that all others are forked from
Made = dict[str, Any]
LONGER = {**CHANGES, "tune": {**CHANGES["tune"], "steps": 16}}
"""A training with checkpoints on its way."""
CHAIN = 5  # kills of one folder, one after the other
BEFORE = 60.0  # seconds by which the hearts of killed workers are set back, in place of waiting


@dataclass(frozen=True)
class Kind:
    """What is prepared in a folder beside the models, what is done again until it is done, and what it makes.

    `workspace` is that of the folder whose rows and files may not be lost; none if it has none.
    """

    prepare: Callable[[Path, Path], None]
    act: Callable[[Path, Path], None]
    made: Callable[[Path], Made]
    workspace: str = "workspace"


@dataclass
class Outcome:
    """The kills of each kind by what they met, and what was wrong."""

    kills: Counter[str] = field(default_factory=Counter)
    at: Counter[str] = field(default_factory=Counter)
    compared: Counter[str] = field(default_factory=Counter)
    left: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)

    def __add__(self, other: "Outcome") -> "Outcome":
        return Outcome(
            self.kills + other.kills,
            self.at + other.at,
            self.compared + other.compared,
            self.left + other.left,
            self.wrong + other.wrong,
        )

    def table(self) -> str:
        """The results as text, a line for each kind."""
        lines = [
            f"{kind:14s} {count:3d} kills, {self.compared[kind]} parts compared, {self.left[kind]} files left"
            for kind, count in self.kills.items()
        ]
        lines += [f"  {count:4d}  {what}" for what, count in sorted(self.at.items())]
        return "\n".join([*lines, "wrong:", *(f"  {one}" for one in self.wrong or ["nothing"])])


def _fine_tune(folder: Path, models: Path) -> None:
    with Store(folder / "workspace") as store:
        studio = Studio(store)
        studio.fine_tune(_style(studio, models))


def _style(studio: Studio, models: Path) -> str:
    """The first round of a style project."""
    project = studio.create_project(tiny_draft(_names(models), changes=LONGER))
    return studio.store.rounds.of_project(project)[0].id


def _generate(folder: Path, models: Path) -> None:
    with Store(folder / "workspace") as store:
        studio = Studio(store)
        round_id = _style(studio, models)
        _worked(studio, studio.fine_tune(round_id))
        studio.generate(round_id)


def _measure(folder: Path, models: Path) -> None:
    with Store(folder / "workspace") as store:
        studio = Studio(store)
        round_id = _style(studio, models)
        _worked(studio, studio.run_round(round_id))
        project = store.rounds.get(round_id).project_id
        change_test_set(studio, project, ["A house {}", "A fish {}", "A boat {}"], 2)
        measure(studio, round_id)


def _pairs(folder: Path, models: Path) -> None:
    with Store(folder / "workspace") as store:
        studio = Studio(store)
        make_pairs(studio, _object(studio, models))


def _refine(folder: Path, models: Path) -> None:
    with Store(folder / "workspace") as store:
        studio = Studio(store)
        job = make_pairs(studio, _object(studio, models))
        _worked(studio, job)
        refine(studio, job.round_id)


def _object(studio: Studio, models: Path) -> str:
    """The first round of an object, trained and generated; its refinement has checkpoints on its way."""
    refine = {**CHANGES["refine"], "vision_model": f"local-dir:{models / 'tower'}", "pairs": 6, "steps": 16}
    draft = object_draft(_names(models), changes={**CHANGES, "refine": refine})
    round_id = studio.store.rounds.of_project(studio.create_project(draft))[0].id
    _worked(studio, studio.run_round(round_id))
    return round_id


def _played(folder: Path, models: Path) -> None:
    """Two rounds with decisions, and a replay of them that waits."""
    with Store(folder / "workspace") as store:
        studio = Studio(store)
        project = studio.create_project(tiny_draft(_names(models)))
        first = store.rounds.of_project(project)[0].id
        _worked(studio, studio.run_round(first))
        pictures = store.candidates.of_round(first)
        studio.decide([pictures[0].id], "accepted")
        studio.decide([pictures[4].id], "rejected")
        _worked(studio, studio.run_round(studio.next_round(first).id))
        verbs.replay(studio, project, "human")


def _to_judge(folder: Path, models: Path) -> None:
    _pictures(folder, models)
    for name, rank in (("ink", 1), ("wash", 2)):
        write_lora(Models(), _names(models)[0], folder / f"{name}.safetensors", rank)
    (folder / "prompts.txt").write_text("A tie {}\nA drum {}\n")


def _judge(folder: Path, models: Path) -> None:
    base, clip = _names(models)
    loras = (folder / "ink.safetensors", folder / "wash.safetensors")
    _said(
        "judge", *loras, "--references", folder / "pictures", "--out", folder / "out", "--preset", "pocket",
        "--base-model", base, "--clip-model", clip, "--prompts", folder / "prompts.txt",
        "--candidates", 2, "--sampling-steps", 2, "--format", "none",
    )  # fmt: skip


def _pictures(folder: Path, models: Path) -> None:
    del models
    (folder / "pictures").mkdir(parents=True)
    for number in (1, 2):
        (folder / "pictures" / f"{number}.png").write_bytes(drawing(number))
        (folder / "pictures" / f"{number}.txt").write_text("A cat in ink style")


def _to_repair(folder: Path, models: Path) -> None:
    """A workspace of two projects, in which rounds form a loop, values are damaged, and files are lost."""
    del models
    with Store(folder / "workspace") as store:
        cat, dog = (fill(store, Random(number), name).id for number, name in enumerate(("Cat", "Dog")))
        store.images.path(store.candidates.of_round(store.rounds.of_project(cat)[0].id)[0].image).unlink()
        store.database.write("UPDATE rounds SET parent_id = id WHERE project_id = ?", (dog,))
        store.database.write("UPDATE losses SET loss = 'x'")


def _repair(folder: Path, models: Path) -> None:
    del models
    if left := check_workspace(folder / "workspace", repair=True)["left"]:
        raise StudioError(f"left after the repair: {left}")


def _repaired(folder: Path) -> Made:
    """Every row; the times of the repair itself are in none."""
    with Store(folder / "workspace") as store:
        return {
            f"{table.name} {row['its_rowid']}": tuple(row)
            for table in TABLES if table.name not in ("project_versions", "workers")
            for row in store.database.rows(f"SELECT rowid AS its_rowid, * FROM {table.name}")
        }  # fmt: skip


def _said(*words: object) -> None:
    if code := command([str(word) for word in words]):
        raise StudioError(f"{words[0]} ended with {code}")


def _worked(studio: Studio, asked: object) -> None:
    """Run all that is queued in this process."""
    del asked
    with Worker(studio.store).entered() as worker:
        worker.run(until_empty=True)


def _jobs(folder: Path, models: Path) -> None:
    """Go on with the workspace's jobs: the page shows what was interrupted, and *Resume* is pressed."""
    del models
    with Store(folder / "workspace") as store:
        studio = Studio(store)
        store.database.write("UPDATE workers SET beat = beat - ?", (BEFORE,))
        store.jobs.reap()
        jobs = [job for project in store.projects.names() for job in store.jobs.of_project(project)]
        for job in jobs:
            if store.jobs.get(job.id).state == "interrupted":
                studio.resume(job.id)
        _worked(studio, None)
        halted = [
            f"{job.kind} is {now.state}: {now.message}"
            for job in jobs
            if (now := store.jobs.get(job.id)).state != "completed"
        ]
        if halted:
            raise StudioError("; ".join(halted))


def everything(workspace: Path) -> Made:
    """All that a workspace's jobs make, by where it belongs: without IDs, times and names of files."""
    with Store(workspace) as store:
        found: Made = {}
        for place, project in enumerate(store.projects.names()):
            prompts = {anchor.id: anchor.prompt for anchor in store.projects.anchors(project)}
            rounds = store.rounds.of_project(project)
            numbers = {each.id: number for number, each in enumerate(rounds)}
            for round_ in rounds:
                at = f"{place} {numbers[round_.id]}"
                found |= _of_round(store, round_.id, at, prompts)
                if round_.adapter is not None:
                    found[f"{at} LoRA"] = tensors(store.adapters.path(round_.adapter))
            asked = {one.id: one.prompt for one in store.measures.prompts(project)}
            for one in store.measures.pictures(project):
                shown, recipe = one.candidate, one.candidate.recipe
                by = numbers.get(one.round_id or "")
                key = f"{place} measured {by} {asked[one.prompt_id]} {shown.index} {recipe} {one.drawn_by}"
                found[key] = (shown.image, shown.seed, shown.more_scores, shown.remark)
        return found


def _of_round(store: Store, round_id: str, at: str, prompts: dict[str, str]) -> Made:
    """Images with scores, places and verdicts, losses, and the pairs of a refinement with their maps."""
    found: Made = {f"{at} losses": tuple(store.rounds.losses(round_id))}
    verdicts = store.decisions.of_round(round_id).verdicts
    for one in store.candidates.of_round(round_id):
        scores = (one.similarity_anchor, one.similarity_reference, one.more_scores, one.x, one.y)
        key = f"{at} {prompts[one.anchor_id]} {one.index}"
        found[key] = (one.image, one.seed, one.recipe, scores, verdicts.get(one.id))
    maps = store.refinements.maps_of_pairs(round_id)
    for place, pair in enumerate(store.refinements.pairs(round_id)):
        key = f"{at} pair {place}"
        found[key] = (pair.prompt, pair.seed, pair.generated_image, repr(maps.get(pair.id)))
    return found


def _made_by_jobs(folder: Path) -> Made:
    return everything(folder / "workspace")


def _made_by_judge(folder: Path) -> Made:
    out = folder / "out"
    files = {str(path.relative_to(out)): _hash(path) for path in sorted((out / "pictures").rglob("*.png"))}
    loras = {path.name: tensors(path) for path in sorted(out.glob("*.safetensors"))}
    sheets = {path.name: _hash(path) for path in sorted(out.glob("*.png"))}
    return {**everything(out / "workspace"), **files, **loras, **sheets}


def _made_in_files(folder: Path) -> Made:
    """Every file, each LoRA by its tensors; the hashes in names are also of where the folder is."""
    found: Made = {}
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            name = re.sub(r"-[0-9a-f]{16}(?=\.png$)", "", str(path.relative_to(folder)))
            found[name] = tensors(path) if path.suffix == ".safetensors" else _hash(path)
    return found


def _hash(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _names(models: Path) -> tuple[str, str]:
    return str(models / "pipeline"), f"local-dir:{models / 'clip'}"


def _make_models(folder: Path) -> None:
    _, clip = make_models(folder)
    make_tower(folder / "tower", clip)


KINDS = {
    "fine-tune": Kind(_fine_tune, _jobs, _made_by_jobs),
    "generate": Kind(_generate, _jobs, _made_by_jobs),
    "measure": Kind(_measure, _jobs, _made_by_jobs),
    "pairs": Kind(_pairs, _jobs, _made_by_jobs),
    "refine": Kind(_refine, _jobs, _made_by_jobs),
    "replay": Kind(_played, _jobs, _made_by_jobs),
    "judge": Kind(_to_judge, _judge, _made_by_judge, "out/workspace"),
    "repair": Kind(_to_repair, _repair, _repaired, ""),
}


def _live(
    act: Callable[..., None], given: tuple[Path, ...], place: int, seconds: float, told: Path, counted: Any
) -> None:
    """Do it in this process, which dies at file event number `place`, or after so many seconds."""
    torch.set_num_threads(1)
    if not os.environ.get("GAL_STUDIO_SHOW_FAULTS"):
        nowhere = open(os.devnull, "w")  # noqa: SIM115
        sys.stderr = sys.stdout = nowhere
    deaths = Deaths(place, told)
    try:
        with shortened(), deaths.awaited(seconds):
            act(*given)
    except BaseException as error:
        told.write_text(f"{type(error).__name__}: {error}")
        os._exit(1)
    counted.value = deaths.count
    os._exit(0)


class Lives:
    """Does things in processes that are forked from this one, which has imported everything."""

    def __init__(self, folder: Path) -> None:
        self._context = multiprocessing.get_context("fork")
        self._told = folder / "told.txt"
        self.count = 0

    def live(self, act: Callable[..., None], *given: Path, place: int = 0, seconds: float = 0.0) -> str:
        """Where it was killed, in words, or "" if it came to its end; raises what it raised."""
        self._told.unlink(missing_ok=True)
        counted = self._context.Value("i", 0)
        told = (place, seconds, self._told, counted)
        process = self._context.Process(target=_live, args=(act, given, *told))
        process.start()
        process.join()
        words = self._told.read_text() if self._told.is_file() else ""
        self.count = counted.value
        if process.exitcode == KILLED:
            return words or "a moment"
        if process.exitcode:
            raise StudioError(words)
        return ""


def try_kinds(names: tuple[str, ...], kills: int, seed: int, folder: Path, at_once: int = 1) -> Outcome:
    """Kill each of these kinds so many times, so many kinds at once."""
    Lives(folder).live(_make_models, folder / "models")
    context, parts = multiprocessing.get_context("fork"), []
    for first in range(min(at_once, len(names))):
        ours, theirs = context.Pipe(duplex=False)
        given = (names[first::at_once], kills, seed, folder, theirs)
        context.Process(target=_try_some, args=given).start()
        theirs.close()
        parts.append(ours)
    return sum((part.recv() for part in parts), Outcome())


def _try_some(names: tuple[str, ...], kills: int, seed: int, folder: Path, sent: Any) -> None:
    outcome = Outcome()
    for name in names:
        began = time.monotonic()
        (folder / name).mkdir()
        _Trial(name, folder, Lives(folder / name), outcome).run(kills, Random(f"{seed} {name}"))
        print(f"{name}: {outcome.kills[name]} kills in {time.monotonic() - began:.0f} s", flush=True)
    sent.send(outcome)


class _Trial:
    """The runs of a kind."""

    def __init__(self, name: str, folder: Path, lives: Lives, outcome: Outcome) -> None:
        self._name, self._kind, self._lives, self._outcome = name, KINDS[name], lives, outcome
        self._folder, self._models = folder / name, folder / "models"

    def run(self, kills: int, random: Random) -> None:
        """First without a kill, then with one each until there were enough."""
        prepared, undisturbed = self._folder / "prepared", self._folder / "undisturbed"
        self._lives.live(self._kind.prepare, prepared, self._models)
        shutil.copytree(prepared, undisturbed)
        began = time.monotonic()
        self._lives.live(self._kind.act, undisturbed, self._models)
        seconds, events = time.monotonic() - began, self._lives.count
        truth = self._kind.made(undisturbed)
        assert truth and events, f"{self._name} makes nothing"
        wrong, number = len(self._outcome.wrong), 0
        while self._outcome.kills[self._name] < kills:
            number += 1
            here = shutil.copytree(prepared, self._folder / str(number))
            most = min(CHAIN, kills - self._outcome.kills[self._name])
            self._chain(here, [_when(random, place, events, seconds) for place in range(most)], truth)
            for one in self._outcome.wrong[wrong:]:
                print(f"  {one}", flush=True)
            wrong = len(self._outcome.wrong)
            shutil.rmtree(here, ignore_errors=True)

    def _chain(self, here: Path, times: list[tuple[int, float]], truth: Made) -> None:
        """Kill it at each of these times, and let it come to its end."""
        kind, outcome, name = self._kind, self._outcome, self._name
        witness, killed = Witness(here / kind.workspace) if kind.workspace else None, list[str]()
        try:
            for place, moment in times:
                if witness is not None:
                    witness.look()
                where = self._lives.live(kind.act, here, self._models, place=place, seconds=moment)
                if not where:  # it came to its end before
                    break
                killed.append(where)
                outcome.kills[name] += 1
                outcome.at[f"{name}: {where}"] += 1
                if witness is not None:
                    witness.check()
            self._lives.live(kind.act, here, self._models)
        except StudioError as error:
            outcome.wrong.append(f"{name}, killed at {', '.join(killed)}: then {str(error)[:300]}")
            return
        found = list[str]()
        if witness is not None:
            outcome.left[name] += witness.finish()
            found += _lost(witness.losses)
        outcome.compared[name] += len(truth)
        found += _differences(truth, kind.made(here))
        outcome.wrong += [f"{name}, killed at {', '.join(killed)}: {one}" for one in found]


def _when(random: Random, place: int, events: int, seconds: float) -> tuple[int, float]:
    """In turn the number of a file event, and a moment; later kills of a chain come sooner in their life."""
    if place % 2 == 0:
        return random.randint(1, max(1, events // (1 + place))), 0.0
    return 0, random.uniform(0.05, 0.9) * seconds / (1 + place / 2)


def _lost(losses: Losses) -> Iterator[str]:
    if losses.any:
        yield f"lost: {losses}"


def _differences(truth: Made, made: Made) -> Iterator[str]:
    """The first part that is not as it would have been, and how many there are."""
    parts = [key for key in truth.keys() | made.keys() if truth.get(key) != made.get(key)]
    for key in sorted(parts)[:1]:
        how = "missing" if key not in made else "too much" if key not in truth else "different"
        yield f"{key} is {how} ({len(parts)} such)"
