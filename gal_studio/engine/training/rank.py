"""A process of a group: it opens the model on its device, and computes gradients of its rows."""

import os
import pickle
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from multiprocessing import parent_process
from multiprocessing.connection import Connection
from typing import Any

import torch

from gal_studio.core.errors import StudioError, first_line
from gal_studio.engine.models.adapters import attach_full, attach_lora, trainable
from gal_studio.engine.models.compiled import compiled
from gal_studio.engine.models.image_model import ImageModel, load_image_model
from gal_studio.engine.sampling.reference_adapter import attached, attention_weights, load_without_encoder
from gal_studio.engine.training.collectives import RankConfig, add_gradients, join_group, moved, send_weights
from gal_studio.engine.training.falling_rank import falling_rank
from gal_studio.engine.training.gradients import Gradients
from gal_studio.engine.training.teacher import TeacherLayers


def run_rank(connection: Connection, config: RankConfig) -> None:
    """Open the model, say so, and serve until the training's process closes the connection or ends."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the training's process, which ends this one
    threading.Thread(target=_end_with_parent, daemon=True).start()
    try:
        model = _opened(config)
        with _trained_part(model, config):
            _say(connection, None)
            _serve(connection, config, model)
    except (EOFError, BrokenPipeError, ConnectionResetError):
        return
    except StudioError as refusal:
        _say(connection, refusal)
    except Exception as error:  # the libraries raise many types
        what = f"{type(error).__name__}: {first_line(error)}"
        _say(connection, StudioError(f"Training on {config.device} failed ({what})."))


def _opened(config: RankConfig) -> ImageModel:
    """The model on its device."""
    if config.device.startswith("cuda"):
        torch.cuda.set_device(config.device)
    machine = replace(config.machine, text_off_device=True)  # texts come encoded
    return load_image_model(config.model, config.device, revisions=dict(config.commits), machine=machine)


@contextmanager
def _trained_part(model: ImageModel, config: RankConfig) -> Iterator[None]:
    """Have what is trained in the model, whose weights come before each step."""
    if config.adapter:
        adapter = load_without_encoder(config.adapter, model, dict(config.commits))
        with attached(model, adapter):
            attention_weights(model)
            yield
        return
    if config.tune.method != "full":
        attach_lora(model, config.tune, torch.Generator().manual_seed(0), config.also)
    else:
        attach_full(model)
    yield


def _serve(connection: Connection, config: RankConfig, model: ImageModel) -> None:
    rows, counted = _receive(connection)
    gradients = Gradients(model, config.tune, rows, counted)
    gradients.ranks = falling_rank(model, config.tune)
    gradients.teacher = TeacherLayers(model, config.teacher) if config.teacher else None
    weights = trainable(model).values()
    join_group(config)
    with model.family.training_attention(model.device, model.training_precision), compiled(model):
        while True:
            share, scale = _receive(connection)
            _say(connection, None)
            send_weights(weights)
            _say(connection, gradients.add(moved(share, model.device), _times(scale)))
            add_gradients(weights)
            for weight in weights:
                weight.grad = None


def _times(scale: float) -> Callable[[torch.Tensor], torch.Tensor]:
    return lambda loss: loss * scale


def _receive(connection: Connection) -> Any:
    return pickle.loads(connection.recv_bytes())  # from the process that started this one


def _say(connection: Connection, word: object) -> None:
    connection.send_bytes(pickle.dumps(word))


def _end_with_parent() -> None:
    """End with the training's process, also in the middle of an exchange."""
    if (parent := parent_process()) is not None:
        parent.join()
        os._exit(1)
