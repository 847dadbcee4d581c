"""Compare the gradients of Eq. P7 with patch weights and with uniform ones.

    python -m benchmarks.quality.refinement_gradients --work FOLDER --count 2

For objects that are unseen in training (tools/pocket/evaluation/gain_cases.py), the mean gradient of the
pairs' loss is computed over the same noise with the weights of Eq. P7, with evened ones, and with uniform
ones. A cosine of 1 means that the weights change only the length of a step, which Adam normalizes. The last
value is that of uniform weights over other noise, which shows the variation by chance.
"""

import argparse
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch

from benchmarks.quality.refinement_gain import encoded
from gal_studio.assets import load_preset, resolve_model
from gal_studio.commands.running.local_worker import ProgressLine, local_worker
from gal_studio.engine.models.adapters import detach
from gal_studio.engine.models.image_model import ImageModel, load_image_model
from gal_studio.engine.training.losses import weighted_loss
from gal_studio.engine.training.patchdpo import PairSource, RefinePair
from gal_studio.engine.training.trainer import Run, Training
from gal_studio.features.refine.engine import read_pair, references_as_captioned, weights_of_pair
from gal_studio.features.refine.verbs import make_pairs
from gal_studio.state import Store
from gal_studio.studio import ProjectDraft, Studio
from tools.pocket.evaluation.gain_cases import GainCase, object_cases

DRAWS = 24
VARIANTS: Mapping[str, dict[str, Any]] = {
    "weights": {"even_reference": False},
    "evened": {"even_reference": True},
    "uniform": {"uniform_weights": True},
}


def mean_gradient(
    model: ImageModel, store: Store, node: str, adapter: Path, changes: Mapping[str, Any], seed: int
) -> torch.Tensor:
    """The mean gradient of the pairs' loss at the round's LoRA, flattened."""
    settings = store.rounds.settings(node)
    refine = settings.refine.updated({**changes, "mix": 0.0, "batch_size": 4})
    made = store.refinements.pairs(node)
    shown = references_as_captioned(store, made, refine)
    pairs = [
        RefinePair(
            shown[pair.reference_image],
            store.images.picture(pair.generated_image or ""),
            pair.prompt,
            weights_of_pair(read_pair(store, pair), refine),
            pair.weight,
        )
        for pair in made
    ]
    source = PairSource(model, pairs, (), (), refine, settings.tune, seed)
    training = Training(model, source, settings.tune, seed, Run(start_from=adapter))
    generator = torch.Generator().manual_seed(seed)
    try:
        for _ in range(DRAWS):
            batch = source.next_batches(generator)[0]
            said = model.family.predict(batch.noisy, batch.times, batch.texts, batch.sizes)
            weighted_loss(said, batch.target, batch.weights).backward()
        found = [weight.grad.flatten() for weight in training.weights.values() if weight.grad is not None]
        return torch.cat(found) / DRAWS
    finally:
        detach(model)


def compare(model: ImageModel, case: GainCase, folder: Path) -> dict[str, float]:
    """The cosine of each gradient with that of uniform weights."""
    with Store(folder / "workspace") as store:
        studio = Studio(store)
        references = tuple((encoded(picture), prompt) for picture, prompt in case.references)
        project = studio.create_project(ProjectDraft(case.kind, references, case.trigger_word, case.name))
        first = store.rounds.of_project(project)[0].id
        with local_worker(studio, ProgressLine(studio)) as worker:
            worker.finish(studio.fine_tune(first))
            worker.finish(make_pairs(studio, first))
        node, adapter = store.rounds.children(first)[-1].id, studio.adapter_path(first)
        found = {
            name: mean_gradient(model, store, node, adapter, changes, seed=1)
            for name, changes in VARIANTS.items()
        }
        found["other draws"] = mean_gradient(model, store, node, adapter, VARIANTS["uniform"], seed=2)
    uniform = found.pop("uniform")
    return {name: float(torch.cosine_similarity(row, uniform, dim=0)) for name, row in found.items()}


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "--work", type=Path, required=True, help="the work folder of tools/pocket, with the icons"
    )
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--count", type=int, default=2)
    parser.add_argument("--threads", type=int, default=1)
    args = parser.parse_args()
    torch.set_num_threads(args.threads)
    model = load_image_model(resolve_model(load_preset("pocket").base_model))
    for case in object_cases(args.work / "icons")[args.first : args.first + args.count]:
        with tempfile.TemporaryDirectory() as name:
            cosines = compare(model, case, Path(name))
        print(case.name, {key: round(value, 3) for key, value in cosines.items()}, flush=True)


if __name__ == "__main__":
    main()
