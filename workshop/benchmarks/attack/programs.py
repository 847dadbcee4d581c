"""Calls of the named endpoints as Gradio's client makes them: one request to call, one for the answer."""

import secrets
from random import Random
from typing import Any, get_type_hints

from gal_studio.ui.programs.endpoints import NAMES, Endpoints
from gal_studio.ui.programs.queue import JOIN
from workshop.benchmarks.attack.target import Target
from workshop.benchmarks.attack.values import PROMPTS, fitting, hostile, spoiled, written

KIND = "endpoints"


def endpoint(target: Target, random: Random) -> None:
    """Call an endpoint with values of its types, one or two of which are spoiled, and wait for the answer."""
    name, session = random.choice(NAMES), secrets.token_hex(5)
    hints = get_type_hints(getattr(Endpoints, name))
    data = [_value(random, target, part, hint) for part, hint in hints.items() if part != "return"]
    for _ in range(random.choice((0, 1, 1, 2))):
        data = spoiled(random, data)
    body: Any = {"data": data, "fn_index": target.endpoints.get(name, 0), "session_hash": session}
    if random.random() < 0.15:
        body = spoiled(random, body)
    status, _ = target.ask(KIND, "POST", JOIN, written(body), Content_Type="application/json")
    if status == 200 or random.random() < 0.1:  # Gradio may not know the session
        target.ask(KIND, "GET", f"/gradio_api/queue/data?session_hash={session}")


def _value(random: Random, target: Target, part: str, hint: Any) -> Any:
    if part == "references":
        file = {"path": random.choice(target.ids["path"]), "meta": {"_type": "gradio.FileData"}}
        return [{"picture": file, "prompt": random.choice(PROMPTS)}]
    if part == "settings":
        return {random.choice(target.ids["setting"]): hostile(random)}
    if part == "key":
        return random.choice(("", "", secrets.token_hex(4), "x" * 300))
    return fitting(random, hint, target.ids, part)
