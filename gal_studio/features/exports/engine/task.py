"""What is exported: a trained round in a form, and what its file and its card say of it."""

import base64
import functools
import io
import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from PIL import Image

from gal_studio.assets import resolve_model
from gal_studio.core.gal.recipe_rates import best_recipe
from gal_studio.core.models.forms.form import ExportForm
from gal_studio.core.models.names import public_name, public_settings
from gal_studio.core.naming import file_stem, round_names
from gal_studio.core.recipe import Recipe
from gal_studio.core.seeds import candidate_seed
from gal_studio.core.types import TrainingExample
from gal_studio.core.variants.registry import lora_of
from gal_studio.core.words import counted
from gal_studio.engine.models.adapters import AdapterCard
from gal_studio.engine.models.devices import weight_precision
from gal_studio.engine.models.image_model import ImageModel
from gal_studio.engine.sampling.sampler import DrawRequest
from gal_studio.features.exports.engine.base_model import licence_of, weights_sha256
from gal_studio.features.exports.engine.header import Facts
from gal_studio.rounds import lineage
from gal_studio.rounds.fingerprints import taught_by
from gal_studio.rounds.inputs import inputs_of
from gal_studio.rounds.measured import measured_setting
from gal_studio.state import Store
from gal_studio.version import __version__
from gal_studio.worker.models import Models
from gal_studio.worker.task import RoundTask, open_round

CHECKED_PICTURES = 2
LARGEST_SEED = 2**32 - 1
"""Of the checked pictures: what every program's seed field takes."""
THUMBNAIL = 256  # pixels


@dataclass(frozen=True)
class ExportTask(RoundTask):
    """A round to export. `measured` are sentences about what the round gained, empty if that is unknown."""

    form: ExportForm
    measured: tuple[str, ...]
    merged: bool

    @property
    def adapter(self) -> Path:
        """The round's trained weights."""
        return self.store.adapters.plain(lora_of(self.round))

    @functools.cached_property
    def recipe(self) -> Recipe:
        """The recipe by which the round is best on the benchmark, else its best pictures' (Eq. G18)."""
        return measured_setting(self.store, self.round.id)

    @functools.cached_property
    def constant(self) -> Recipe:
        """The best recipe with one strength for all steps: itself, or the best of those that were drawn."""
        if self.recipe.is_constant:
            return self.recipe
        drawn = self.store.snapshots.round(self.round.id).candidates
        return best_recipe([one for one in drawn if one.recipe.is_constant])

    @property
    def round_name(self) -> str:
        """As the page calls the round."""
        return round_names(self.store.rounds.of_project(self.project.id))[self.round.id]

    @property
    def title(self) -> str:
        """The names of the project and of the round."""
        return f"{self.project.name}, {self.round_name[:1].lower()}{self.round_name[1:]}"

    @property
    def file_name(self) -> str:
        """A plain name for files, without an ending."""
        project = file_stem(self.project.name, self.project.id)
        return f"{project}-{file_stem(self.round_name, self.round.id, 20)}"

    @property
    def requests(self) -> list[DrawRequest]:
        """The pictures that are drawn to check the file: the first test prompts, with seeds of their own."""
        here = self.store.snapshots.round(self.round.id)
        pool = lineage.pool(here) or here.project.anchors
        asked = [anchor.prompt for anchor in pool]
        asked += [reference.prompt for reference in self.store.projects.references(self.project.id)]
        asked += filter(None, [self.project.described])
        return [
            DrawRequest(prompt, candidate_seed(self.project.seed, prompt, 0) % LARGEST_SEED)
            for prompt in dict.fromkeys(asked)
        ][:CHECKED_PICTURES]


def open_export(
    store: Store,
    models: Models,
    round_id: str,
    form: ExportForm,
    measured: tuple[str, ...] = (),
    merged: bool = False,
) -> ExportTask:
    """Read what an export needs."""
    opened = vars(open_round(store, models, round_id))
    return ExportTask(**opened, form=form, measured=measured, merged=merged)


def facts_of(task: ExportTask, model: ImageModel, picture: Image.Image) -> Facts:
    """What the header of the file says; `picture` becomes its thumbnail."""
    inputs = inputs_of(task.store, task.round.id)
    name, seed = task.project.base_model, lineage.round_training_seed(inputs.here)
    half = weight_precision(model.device, model.machine.precision).itemsize < 4
    shown, path = public_name(name), resolve_model(task.models.located(name))
    card = AdapterCard(
        task.prompts.trigger,
        shown,
        task.round.number,
        seed,
        public_settings(task.settings.to_dict()),
        task.settings.tune.method,
        task.project.kind,
    )
    examples = task.store.rounds.training_set(task.round.id)
    losses = task.store.rounds.losses(task.round.id)
    tune, refine = task.settings.tune, task.settings.refine
    if task.round.variant.refines:
        tune = replace(tune, learning_rate=refine.learning_rate, batch_size=2 * refine.batch_size)
    return Facts(
        title=task.title,
        output_name=task.file_name,
        trigger=task.prompts.trigger,
        base_model=shown,
        base_sha256=weights_sha256(path, task.models.revisions, model.family.part, half),
        round=task.round.number,
        seed=seed,
        resolution=task.settings.tune.resolution or model.resolution,
        steps=losses[-1][0] if losses else task.settings.tune.steps,
        tune=tune,
        tags=Counter(example.prompt for example in examples),
        date=datetime.now(UTC).date().isoformat(),
        version=__version__,
        licence=licence_of(path, task.models.revisions, half),
        thumbnail=_data_uri(picture),
        card=json.dumps(asdict(card), sort_keys=True),
        source=task.round.source,
        masked=_masked(examples),
        taught=teacher.words if (teacher := taught_by(inputs)) else "",
    )


def _masked(examples: Sequence[TrainingExample]) -> str:
    """How many references were learned by their masks, in words; empty where none was."""
    references = [one for one in examples if one.is_reference]
    masked = sum(one.mask is not None for one in references)
    return f"{masked} of {counted(len(references), 'reference')}" if masked else ""


def _data_uri(picture: Image.Image) -> str:
    small, buffer = picture.convert("RGB"), io.BytesIO()
    small.thumbnail((THUMBNAIL, THUMBNAIL))
    small.save(buffer, "JPEG", quality=85)
    return f"data:image/jpeg;base64,{base64.b64encode(buffer.getvalue()).decode()}"
