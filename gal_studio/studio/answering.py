"""Ask processes of the engine's side, one line of JSON for each question: the page imports no torch."""

import json
import threading
from collections.abc import Mapping
from typing import Any

from gal_studio.patience import killed_after
from gal_studio.with_parent import Child


class AnsweringProcess(Child):
    """A process that answers, from its first question until it was idle for a while."""

    def __init__(self, module: str) -> None:
        super().__init__(module)
        self._asking = threading.Lock()

    def ask(self, question: Mapping[str, Any], patience: float) -> dict[str, Any] | None:
        """Its answer; None if there is none within `patience` seconds, or it ends without one twice.

        Once more where it has ended since the last question, as it does when idle.
        """
        with self._asking:
            for _ in range(2):
                process = self.running()
                with killed_after(process, patience) as silent:
                    try:
                        assert process.stdin is not None and process.stdout is not None
                        process.stdin.write(f"{json.dumps(question)}\n".encode())
                        process.stdin.flush()
                        answer = json.loads(process.stdout.readline())
                        if isinstance(answer, dict):
                            return answer
                    except (OSError, ValueError):
                        self.close()
                        if silent.is_set():  # a second time would take as long
                            break
        return None
