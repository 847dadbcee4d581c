"""The base of all verbs: the store, and a way to wake the worker."""

from collections.abc import Callable
from pathlib import Path
from typing import Protocol, TypeVar

from gal_studio.core.models.lora_start import LoraStart
from gal_studio.core.models.reports import ModelNames, ModelReports
from gal_studio.state import Store
from gal_studio.studio.create.model_check import model_check

Asked = TypeVar("Asked")


class Models(Protocol):
    """Checks the models of a new project."""

    def check(self, names: ModelNames) -> ModelReports:
        """What is known of these models."""

    def peek(self, names: ModelNames) -> ModelReports | None:
        """The same without waiting: None while it is found out."""

    def convert(self, asked: LoraStart, out: Path) -> None:
        """Write a LoRA from elsewhere as an adapter of the studio; refused if it does not fit."""


class Verbs:
    """Verbs on one store. `wake` is called with the workspace whenever work was queued.

    With `models`, the models of a new project are checked before it is created; otherwise its first job does.
    """

    def __init__(
        self,
        store: Store,
        wake: Callable[[Path], object] | None = None,
        models: Models | None = None,
    ) -> None:
        self.store = store
        self._wake = wake
        self.models = models

    def _convert_lora(self, asked: LoraStart, out: Path) -> None:
        (self.models or model_check).convert(asked, out)

    def _woken(self, asked: Asked) -> Asked:
        if self._wake is not None:
            self._wake(self.store.workspace)
        return asked
