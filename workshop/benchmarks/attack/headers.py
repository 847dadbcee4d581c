"""Headers of LoRA files with odd numbers, names and sizes, read as the form reads them."""

import json
import struct
import time
import traceback
from random import Random
from typing import Any

from gal_studio.core.errors import StudioError
from gal_studio.studio.create.lora_file import read_lora_facts
from workshop.benchmarks.attack.target import Target
from workshop.benchmarks.attack.values import TEXTS, hostile

LONGEST = 3.0  # CPU seconds: the page waits meanwhile
NAME = "unet.down_blocks.0.attentions.0.attn2.to_k.lora_A.weight"
NUMBERS = (
    "Infinity",
    "-Infinity",
    "NaN",
    "1e999",
    "-1e400",
    "9" * 5000,
    "1.5",
    "-1",
    "true",
    "null",
    "[]",
    "0",
    "8",
)


def header(target: Target, random: Random) -> None:
    """Read a header that is wrong in one way: facts or one sentence come of it, and soon."""
    text = _text(random)
    size = len(text) if random.random() < 0.9 else random.choice((0, 1, len(text) + 1, 2**40, 2**64 - 1))
    path = target.folder / "header.safetensors"
    path.write_bytes(struct.pack("<Q", size) + text + bytes(64))
    target.tally.add("headers", "tried")
    started, label = time.process_time(), f"{size} {text[:200]!r}"
    try:
        facts = read_lora_facts(path)
        target.tally.add("headers", "taken")
        sentence = facts.sentence
    except StudioError as error:
        sentence = str(error)
    except Exception:
        target.tally.add("headers", "tracebacks", example=f"{label} {traceback.format_exc()[-500:]}")
        return
    if time.process_time() - started > LONGEST:
        target.tally.add("headers", "hangs", example=label)
    if "\x1b" in sentence or "\n" in sentence:
        target.tally.add("headers", "leaked bytes", example=f"{label} {sentence!r}")


def _text(random: Random) -> bytes:
    turn = random.random()
    if turn < 0.15:
        entry = random.choice(('{{"a":[{}]}}', "[[],{}]", "{}"))
        count = random.choice((1_000, 20_001, 300_000))
        entries = ",".join(f'"{NAME}{number}":{entry.format(number)}' for number in range(count))
        return f"{{{entries}}}".encode()
    if turn < 0.25:
        return b"[" * random.choice((70, 100_000)) + b"]" * 70
    tensor: dict[str, Any] = {"dtype": "F32", "shape": ["@@"], "data_offsets": [0, 32]}
    place = random.choice(("shape", "data_offsets", "dtype", "x"))
    if place != "shape":
        tensor = {**tensor, "shape": [8, 768], place: random.choice((["@@", 32], "@@", {"x": "@@"}))}
    metadata = {random.choice(("gal_studio", "ss_tag_frequency", "modelspec.trigger_phrase")): _said(random)}
    entries = {"__metadata__": metadata, NAME: tensor}
    if random.random() < 0.3:
        entries[random.choice(TEXTS[:6])] = hostile(random)
    text = json.dumps(entries)
    return text.replace('"@@"', random.choice(NUMBERS)).encode()


def _said(random: Random) -> Any:
    """A text of the metadata, which may be JSON itself."""
    if random.random() < 0.5:
        return random.choice(TEXTS)
    return f'{{"a": {{"b": {random.choice(NUMBERS)}}}, "trigger_word": {random.choice(NUMBERS)}}}'
