"""The loop of a process that answers questions, a JSON object a line, until its input ends or it is idle."""

import json
import os
import sys
import threading
from collections.abc import Callable, Mapping
from typing import Any

from gal_studio.with_parent import end_with_parent


def answer_lines(answer: Callable[[str], Mapping[str, Any]], idle: float) -> None:
    """Write the answer to each line; ends after `idle` seconds without one, since it holds memory."""
    end_with_parent()
    output, sys.stdout = sys.stdout, sys.stderr  # libraries print
    while True:
        timer = threading.Timer(idle, os._exit, (0,))
        timer.daemon = True
        timer.start()
        line = sys.stdin.readline()
        timer.cancel()
        if not line:
            return
        print(json.dumps(answer(line)), file=output, flush=True)
