"""A process that waits as long as it is asked to, for the tests of patience."""

import json
import time
from typing import Any

from gal_studio.worker.answering import answer_lines


def answer(line: str) -> dict[str, Any]:
    wait = json.loads(line)["wait"]
    time.sleep(wait)
    return {"waited": wait}


if __name__ == "__main__":
    answer_lines(answer, 60.0)
