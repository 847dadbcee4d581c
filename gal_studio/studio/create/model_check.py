"""Check the models of a project before it is created, in a process of its own: the page imports no torch."""

import atexit
import json
import subprocess
import sys
import threading
import time
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path

from gal_studio.core.errors import StudioError
from gal_studio.core.models.lora_start import LoraStart
from gal_studio.core.models.reports import ModelNames, ModelReports
from gal_studio.processes import package_environment, run_module

PATIENCE = 120.0  # seconds for one answer, on a busy machine
FOR_A_LORA = 5.0  # times as many, since a DoRA is converted layer by layer
TO_END = 2.0  # seconds for its end
BELIEVED = 20.0  # seconds for which an answer is given again
BUNDLED = ("assets:", "local-dir:assets:")


class ModelCheck:
    """Asks a process, which is started on first use and ends when it was not asked for a while."""

    def __init__(self, patience: float = PATIENCE) -> None:
        self._patience = patience
        self._asking = threading.Lock()
        self._process: subprocess.Popen[str] | None = None
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

    def peek(self, names: ModelNames) -> ModelReports | None:
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
        said = run_module("gal_studio.worker.export.start", asked.to_json(), str(out))
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
        """Ask the process; once more if it has ended since the last question, as it does when idle."""
        for _ in range(2):
            process = self._running()
            patience = self._patience * (FOR_A_LORA if names.start_from else 1.0)
            silent = threading.Event()
            timer = threading.Timer(patience, lambda of=process, told=silent: (told.set(), of.kill()))
            timer.start()
            try:
                assert process.stdin is not None and process.stdout is not None
                process.stdin.write(f"{json.dumps(asdict(names))}\n")
                process.stdin.flush()
                return ModelReports.of_json(json.loads(process.stdout.readline()))
            except (OSError, ValueError, KeyError, TypeError):
                self.close()
                if silent.is_set():  # a second time would take as long
                    break
            finally:
                timer.cancel()
        raise StudioError(
            f"The model {names.base_model} could not be checked: try again, or free some memory."
        )

    def _running(self) -> "subprocess.Popen[str]":
        if self._process is not None and self._process.poll() is not None:
            self.close()
        if self._process is None:
            self._process = subprocess.Popen(
                [sys.executable, "-W", "ignore", "-m", "gal_studio.worker.model_check"],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                env=package_environment(),
                text=True,
            )
        return self._process

    def close(self) -> None:
        """End the process."""
        process, self._process = self._process, None
        if process is not None:
            process.kill()
            with suppress(subprocess.TimeoutExpired):
                process.wait(TO_END)  # longer, if a disk does not answer it
            for pipe in (process.stdin, process.stdout):
                with suppress(OSError):
                    if pipe is not None:
                        pipe.close()


def _is_bundled(names: ModelNames) -> bool:
    used = (names.base_model, names.clip_model, names.vision_model)
    others = names.start_from or names.fast_model or names.speed_lora
    return not others and all(name.startswith(BUNDLED) or name == "clip" for name in used)


model_check = ModelCheck()
"""The check of this process."""

atexit.register(model_check.close)
