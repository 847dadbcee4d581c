"""Event files of a round for TensorBoard, and through it for Weights & Biases and others.

They are written anew from what is stored, so that a training that was interrupted leaves no gap in them:
`tensorboard/ROUND` in the workspace, where `tensorboard --logdir` looks.
"""

import importlib
from typing import Any

import numpy as np

from gal_studio.core.errors import StudioError
from gal_studio.core.extras import how_to_install, is_installed
from gal_studio.core.gal.balance import plan_draws
from gal_studio.core.records.round import Round
from gal_studio.core.settings import Settings, TuneSettings
from gal_studio.engine.training.trainer import learning_rate
from gal_studio.rounds.inputs import inputs_of
from gal_studio.rounds.measured import measured
from gal_studio.state import Store
from gal_studio.state.files.errors import make_folder
from gal_studio.state.files.inside import folder_of_row, remove
from gal_studio.worker.disk_errors import disk_errors

FOLDER = "tensorboard"
_PACKAGE = "tensorboardX"


def check_event_files(settings: Settings) -> None:
    """Refuse to write event files without the package that does."""
    if settings.tune.tensorboard and not is_installed(_PACKAGE):
        raise StudioError(
            f"Files for TensorBoard need the package {_PACKAGE}, which is not installed: run "
            f"{how_to_install('tensorboard')} in the studio's folder, or switch “TensorBoard files” off."
        )


def write_event_files(store: Store, round_id: str) -> None:
    """Write loss, learning rate, previews and benchmark of a round, in place of what was there before."""
    round_ = store.rounds.get(round_id)
    if not round_.settings.tune.tensorboard:
        return
    check_event_files(round_.settings)
    folder = folder_of_row(store.workspace, FOLDER, round_.id)
    remove(store.workspace, folder)
    make_folder(folder, store.workspace)
    with disk_errors(store.workspace), _writer(str(folder)) as writer:
        tune = _as_planned(store, round_)
        for step, loss in store.rounds.losses(round_id):
            writer.add_scalar("training/loss", loss, step)
            if tune is not None:
                writer.add_scalar("training/learning_rate", learning_rate(tune, step - 1), step)
        record = store.snapshots.node(round_id).record
        for one in record.validations:
            writer.add_scalar("validation/copies", one.copies / one.pictures, one.step)
        for preview in record.previews:
            pixels = np.asarray(store.images.picture(preview.image))
            writer.add_image(f"preview/{preview.prompt}", pixels, preview.step, dataformats="HWC")
        _add_benchmark(writer, store, round_)


def _as_planned(store: Store, round_: Round) -> TuneSettings | None:
    """The settings with the steps of the training, which accepted images add to; None of a refinement."""
    if round_.variant.refines:
        return None
    tune, examples = round_.settings.tune, store.rounds.training_set(round_.id)
    examples = examples or inputs_of(store, round_.id).examples
    references = sum(one.is_reference for one in examples)
    return tune.updated({"steps": plan_draws(tune, references > 0, references < len(examples)).steps})


def _add_benchmark(writer: Any, store: Store, round_: Round) -> None:
    report = measured(store, round_.project_id).reports.get(round_.id)
    for name, interval in (report.figures if report else {}).items():
        writer.add_scalar(f"benchmark/{name}", interval.value, round_.number)


def _writer(folder: str) -> Any:
    return importlib.import_module(_PACKAGE).SummaryWriter(folder)
