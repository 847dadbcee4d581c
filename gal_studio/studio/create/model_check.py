"""Check the models of a project before it is created, in a process of its own: the page imports no torch."""

import threading
import time
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path

from gal_studio.core.errors import StudioError
from gal_studio.core.models.lora_start import LoraStart
from gal_studio.core.models.reports import ModelNames, ModelReports
from gal_studio.processes import run_module
from gal_studio.studio.answering import AnsweringProcess

TIMEOUT = 120.0  # seconds for one answer, on a busy machine
BELIEVED = 20.0  # seconds for which an answer is given again
BUNDLED = ("assets:", "local-dir:assets:")


class ModelCheck:
    """Asks a process, which is started on first use and ends when it was not asked for a while."""

    def __init__(self, patience: float = TIMEOUT) -> None:
        self._patience = patience
        self._asking = threading.Lock()
        self.process = AnsweringProcess("gal_studio.worker.model_check")
        self._known: dict[ModelNames, tuple[float, ModelReports]] = {}
        self._asked: set[ModelNames] = set()

    def check(self, names: ModelNames) -> ModelReports:
        """What is known of these models; it takes seconds for the first ones. Bundled ones are right."""
        if _is_bundled(names):
            return ModelReports()
        with self._asking:
            known = self._recent(names)
            if known is None:
                known = self._ask(names)
                self._known[names] = (time.monotonic(), known)
            return known

    def poll(self, names: ModelNames) -> ModelReports | None:
        """What is known of these models, without waiting: None while it is found out."""
        if _is_bundled(names):
            return ModelReports()
        known = self._recent(names)
        if known is None and names not in self._asked:
            self._asked.add(names)
            threading.Thread(target=self._find_out, args=(names,), daemon=True).start()
        return known

    def convert(self, asked: LoraStart, out: Path) -> tuple[str, ...]:
        """Write a LoRA from elsewhere as an adapter of the studio; refused if it does not fit.

        Returns what a person should know of what is not taken over.
        """
        said = run_module("gal_studio.worker.lora_start", asked.to_json(), str(out))
        return tuple(filter(None, said.splitlines()))

    def _find_out(self, names: ModelNames) -> None:
        try:
            with suppress(StudioError):
                self.check(names)
        finally:
            self._asked.discard(names)

    def _recent(self, names: ModelNames) -> ModelReports | None:
        then, known = self._known.get(names, (-BELIEVED, None))
        return known if time.monotonic() - then < BELIEVED else None

    def _ask(self, names: ModelNames) -> ModelReports:
        answer = self.process.ask(asdict(names), self._patience)
        with suppress(KeyError, TypeError, ValueError):
            if answer is not None:
                return ModelReports.of_json(answer)
        how = (
            f"did not answer in {self._patience:g} seconds, or ended" if answer is None else "gave no answer"
        )
        raise StudioError(
            f"The model {names.base_model} could not be checked, since the process for it {how}: try again, "
            "or free some memory."
        )

    def close(self) -> None:
        """End the process."""
        self.process.close()


def _is_bundled(names: ModelNames) -> bool:
    used = (names.base_model, names.clip_model, names.vision_model)
    others = names.start_from or names.fast_model or names.speed_lora
    return not others and all(name.startswith(BUNDLED) or name == "clip" for name in used)


model_check = ModelCheck()
"""The check of this process."""
