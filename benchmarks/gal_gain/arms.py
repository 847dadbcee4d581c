"""The arms: what is accepted after rounds 1 and 2, and with which weight rounds 2 and 3 learn it.

`suggestion`, `human`, `marked` and `random` are projects that part after the first round; `random` accepts
as many pictures as are suggested. `weight 0` and `no balance` learn from the suggestion's pictures with the
weights 0 and 1, `plain` from the references alone. All draw the references equally often (Eq. G9); `plain`
makes no steps beyond these, and so draws fewer prior pictures: the matched control is `weight 0`. The person
of `human` and `marked` is the judge that measures: their gain is a bound for people who see as it does.

`best recipe` is the first round's LoRA, drawn by the recipe of its best candidates (Eq. G18); the other arms
are drawn at full strength. An arm in which nothing is accepted ends, and says so: its last round is drawn.
"""

import shutil
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from PIL import Image

from benchmarks.gal_gain.cases import SEEDS, Case
from benchmarks.gal_gain.judging import CaseJudge, Verdicts
from benchmarks.quality.refinement_gain import encoded
from gal_studio.commands.running.local_worker import LocalWorker, ProgressLine, local_worker
from gal_studio.core.recipe import AS_TRAINED, Recipe
from gal_studio.core.records.candidate import Candidate
from gal_studio.core.seeds import candidate_seed
from gal_studio.core.settings import Settings
from gal_studio.core.types import TrainingExample
from gal_studio.engine.models.adapters import AdapterCard, detach, save_adapter
from gal_studio.engine.models.image_model import ImageModel
from gal_studio.engine.sampling.fused_adapter import drawing
from gal_studio.engine.sampling.sampler import DrawnBatch, DrawRequest, draw
from gal_studio.engine.training.fine_tune import fine_tune
from gal_studio.engine.training.latents import ExamplePicture
from gal_studio.rounds import lineage
from gal_studio.rounds.inputs import inputs_of
from gal_studio.rounds.prior import drawn_prior
from gal_studio.state import Store
from gal_studio.studio import ProjectDraft, Studio
from gal_studio.worker.training.training_run import training_pictures

ROUNDS = 3
LOOPS = ("suggestion", "human", "marked", "random")
CONTROLS = ("weight 0", "no balance", "plain")
BEST = "best recipe"


@dataclass(frozen=True)
class Trained:
    """The LoRAs of an arm's rounds, the first round's first, and the recipe that draws the last one."""

    rounds: tuple[Path, ...]
    recipe: Recipe = AS_TRAINED


@dataclass(frozen=True)
class Bench:
    """What all cases share; `changes` are settings that differ from the preset's."""

    model: ImageModel
    settings: Settings
    changes: dict[str, dict[str, object]]


def adapters_of(
    bench: Bench, case: Case, judge: CaseJudge, folder: Path, arms: Collection[str]
) -> dict[str, Trained]:
    """What each arm trained after the common first round; made once."""
    base = folder / "base"
    if not (base / "done").exists():
        shutil.rmtree(base, ignore_errors=True)
        _first_round(bench, case, base)
        (base / "done").touch()
    first = _exported(base, folder, "first")
    found = {"first round": Trained(first), BEST: Trained(first, best_of(base))}
    for arm in (name for name in LOOPS if name in arms):
        workspace = folder / arm
        if not (workspace / "done").exists():
            shutil.rmtree(workspace, ignore_errors=True)
            shutil.copytree(base, workspace, ignore=shutil.ignore_patterns("done"))
            _loop(workspace, arm, case, judge)
            (workspace / "done").touch()
        found[arm] = Trained((*first, *_exported(workspace, folder, arm)[1:]))
    for arm in (name for name in CONTROLS if name in arms):
        last = len(found["suggestion"].rounds)
        further = [_control(bench, folder, arm, number) for number in range(2, last + 1)]
        found[arm] = Trained((*first, *further))
    for arm, made in found.items():
        if arm in (*LOOPS, *CONTROLS) and len(made.rounds) < ROUNDS:
            print(
                f"{case.name}: {arm} ended after round {len(made.rounds)} of {ROUNDS}, with nothing accepted"
            )
    return found


def best_of(workspace: Path) -> Recipe:
    """The recipe of the first round's best pictures."""
    with Store(workspace) as store:
        first = store.rounds.of_project(_project(store))[0]
        return store.snapshots.round(first.id).best_recipe


def draft_of(case: Case, changes: dict[str, dict[str, object]]) -> ProjectDraft:
    """The project of a case."""
    references = tuple((encoded(picture), prompt) for picture, prompt in case.references)
    return ProjectDraft(
        case.kind, references, case.trigger_word, case.name, changes=changes, seed=case.number
    )


def _first_round(bench: Bench, case: Case, workspace: Path) -> None:
    with Store(workspace) as store:
        studio = Studio(store)
        project = studio.create_project(draft_of(case, bench.changes))
        with local_worker(studio, ProgressLine(studio)) as worker:
            _run(studio, worker, store.rounds.of_project(project)[0].id)


def _run(studio: Studio, worker: LocalWorker, round_id: str, last: bool = False) -> None:
    worker.finish(studio.fine_tune(round_id))
    if not last:
        worker.finish(studio.generate(round_id))


def _loop(workspace: Path, arm: str, case: Case, judge: CaseJudge) -> None:
    """Rounds 2 and 3 of a project whose first round is done; none after a round that accepts nothing."""
    with Store(workspace) as store:
        studio = Studio(store)
        round_ = store.rounds.of_project(_project(store))[0]
        with local_worker(studio, ProgressLine(studio)) as worker:
            for number in range(2, ROUNDS + 1):
                chosen = CHOICES[arm](studio, round_.id, case, judge)
                if not chosen:
                    break
                studio.decide(chosen, "accepted", "policy")
                round_ = studio.next_round(round_.id)
                _run(studio, worker, round_.id, last=number == ROUNDS)


def _suggested(studio: Studio, round_id: str, case: Case, judge: CaseJudge) -> list[str]:
    return [each.candidate_id for each in studio.proposal(round_id, "uncertainty").suggestions]


def _random(studio: Studio, round_id: str, case: Case, judge: CaseJudge) -> list[str]:
    count = len(studio.proposal(round_id, "uncertainty").suggestions)
    return [each.candidate_id for each in studio.proposal(round_id, "random").suggestions][:count]


def _human(studio: Studio, round_id: str, case: Case, judge: CaseJudge) -> list[str]:
    """Of each suggested anchor the picture nearest to its prompt that the judge calls a success, if any."""
    anchors = [each.anchor_id for each in studio.proposal(round_id, "uncertainty").suggestions]
    drawn = studio.store.candidates.of_round(round_id)
    chosen = []
    for anchor in anchors:
        mine = sorted((c for c in drawn if c.anchor_id == anchor), key=lambda c: -c.similarity_anchor)
        good = _successes(studio, mine, case, judge)
        chosen += good[:1]
    return chosen


def _marked(studio: Studio, round_id: str, case: Case, judge: CaseJudge) -> list[str]:
    """As `_human`, after calling copies what the judge does, so that the suggestion follows its eye."""
    drawn = [one for one in studio.store.candidates.of_round(round_id) if not one.is_blank]
    copies = _verdicts(studio, drawn, case, judge).copies
    for told in (True, False):
        studio.mark_copies([one.id for one, copy in zip(drawn, copies, strict=True) if copy == told], told)
    return _human(studio, round_id, case, judge)


def _successes(studio: Studio, drawn: Sequence[Candidate], case: Case, judge: CaseJudge) -> list[str]:
    good = _verdicts(studio, drawn, case, judge).successes
    return [candidate.id for candidate, right in zip(drawn, good, strict=True) if right]


def _verdicts(studio: Studio, drawn: Sequence[Candidate], case: Case, judge: CaseJudge) -> Verdicts:
    prompts = {anchor.id: anchor.prompt for anchor in studio.store.projects.anchors(_project(studio.store))}
    wanted = [case.wanted[prompts[candidate.anchor_id]] for candidate in drawn]
    pictures = [studio.store.images.picture(candidate.image) for candidate in drawn]
    return judge.verdicts(pictures, wanted)


CHOICES: dict[str, Callable[[Studio, str, Case, CaseJudge], list[str]]] = {
    "suggestion": _suggested,
    "human": _human,
    "marked": _marked,
    "random": _random,
}


def _project(store: Store) -> str:
    return store.projects.all()[0].id


def _exported(workspace: Path, folder: Path, name: str) -> tuple[Path, ...]:
    """The LoRAs of all rounds of a project."""
    with Store(workspace) as store:
        studio = Studio(store)
        rounds = [r for r in store.rounds.of_project(_project(store)) if r.adapter is not None]
        paths = [folder / f"{name}-{round_.number}.safetensors" for round_ in rounds]
        for round_, path in zip(rounds, paths, strict=True):
            if not path.exists():
                studio.export_adapter(round_.id, path)
    return tuple(paths)


def _control(bench: Bench, folder: Path, arm: str, number: int) -> Path:
    """Train round `number` of the suggestion's project again, with other weights."""
    path = folder / f"{arm.replace(' ', '-')}-{number}.safetensors"
    if path.exists():
        return path
    with Store(folder / "suggestion") as store:
        round_ = next(r for r in store.rounds.of_project(_project(store)) if r.number == number)
        examples = [e for e in (_weighed(e, arm) for e in inputs_of(store, round_.id).examples) if e]
        pictures = training_pictures(store, examples, store.rounds.settings(round_.id).tune)
        seed = lineage.round_training_seed(store.snapshots.round(round_.id))
        drawn, _ = store.projects.prior_images(round_.project_id)
        prior = [
            ExamplePicture(store.images.picture(image), each.prompt)
            for each in drawn_prior(inputs_of(store, round_.id))
            for image in drawn.get(each.key, ())[: each.count]
        ]
        for _ in fine_tune(bench.model, pictures, prior, store.rounds.settings(round_.id).tune, seed):
            pass
    written = save_adapter(bench.model, path.with_suffix(".part"), AdapterCard("", "pocket", number, 0))
    detach(bench.model)
    return written.replace(path)


def _weighed(example: TrainingExample, arm: str) -> TrainingExample | None:
    if example.is_reference:
        return example
    return {"weight 0": replace(example, weight=0.0), "no balance": replace(example, weight=1.0)}.get(arm)


def drawn_with(
    bench: Bench, case: Case, adapter: Path | None, recipe: Recipe = AS_TRAINED
) -> list[Image.Image]:
    """The test prompts, each from the same seeds, with the LoRA by this recipe."""
    requests = [DrawRequest(p, candidate_seed(9, p, k)) for p, _ in case.tests for k in range(SEEDS)]
    with drawing(bench.model, adapter, recipe=recipe) as ready:
        events = draw(ready, requests, bench.settings.generation)
        return [picture for e in events if isinstance(e, DrawnBatch) for picture in e.images]
