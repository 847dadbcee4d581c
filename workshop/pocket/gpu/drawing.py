"""Draw an endless, seeded sequence of training pictures in many processes beside the GPU."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures import wait as wait_for
from dataclasses import dataclass
from functools import partial
from itertools import takewhile
from multiprocessing import get_context
from pathlib import Path

import cv2
import numpy as np
from transformers import CLIPTokenizer

from workshop.pocket.data import plain
from workshop.pocket.data.art import write_bank
from workshop.pocket.data.dataset import LABEL, caption_of, designs_of, label_of, make_plan, render
from workshop.pocket.train.text import TOKENS

SHARD = 256
WORDINGS = 2


@dataclass(frozen=True)
class Shard:
    """Pictures uint8 (n, 128, 128, 3), with labels (n,) and token IDs int16 (n, wordings, 40) if labelled."""

    pictures: np.ndarray
    labels: np.ndarray
    tokens: np.ndarray


def draw_shard(art: Path, bank: Path, tokenizer: Path, kind: str, seed: tuple[int, ...], count: int) -> Shard:
    """Draw a shard of a kind ("train", "clear" or "plain") from its seed."""
    cv2.setNumThreads(1)
    rng = np.random.default_rng(seed)
    if kind == "plain":
        icons = write_bank(art, bank, every=2)
        drawn = [plain.draw(icons, rng) for _ in range(count)]
        return Shard(np.stack(drawn), np.empty(0, LABEL), np.empty((0, WORDINGS, TOKENS), np.int16))
    designs = designs_of(art)
    plans = [make_plan(art, kind, rng) for _ in range(count)]
    pictures = np.stack([render(plan, designs, rng) for plan in plans])
    labels = np.array([label_of(plan, designs) for plan in plans], LABEL)
    return Shard(pictures, labels, token_ids(tokenizer, labels, rng))


def token_ids(tokenizer: Path, labels: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Random captions as token IDs, int16 (n, wordings, 40)."""
    said = [caption_of(label, rng) for label in labels for _ in range(WORDINGS)]
    known = _tokenizer(tokenizer)
    ids = known(said, padding="max_length", truncation=True, max_length=TOKENS)["input_ids"]
    return np.array(ids, np.int16).reshape(len(labels), WORDINGS, TOKENS)


_TOKENIZERS: dict[Path, CLIPTokenizer] = {}


def _tokenizer(folder: Path) -> CLIPTokenizer:
    if folder not in _TOKENIZERS:
        _TOKENIZERS[folder] = CLIPTokenizer.from_pretrained(folder)
    return _TOKENIZERS[folder]


class Drawers:
    """Processes that draw shards; the n-th shard of a seed is always the same."""

    def __init__(
        self, art: Path, tokenizer: Path, kinds: tuple[str, ...], seed: int, workers: int, shard: int = SHARD
    ) -> None:
        self.art, self.tokenizer, self.kinds, self.seed, self.shard = art, tokenizer, kinds, seed, shard
        self.bank = art / "bank.npy"
        # Forked processes would share the state of the GPU.
        self.pool = ProcessPoolExecutor(workers, mp_context=get_context("spawn"))
        designs_of(art)  # fills the cache before the processes read it
        if "plain" in kinds:
            write_bank(art, self.bank, every=2, run=partial(self.pool.map, chunksize=64))
        self.waiting: list[Future[Shard]] = []
        self.asked = 0
        for _ in range(2 * workers):
            self._ask()

    def _ask(self) -> None:
        kind = self.kinds[self.asked % len(self.kinds)]
        seed = (self.seed, self.asked)
        job = (self.art, self.bank, self.tokenizer, kind, seed, self.shard)
        self.waiting.append(self.pool.submit(draw_shard, *job))
        self.asked += 1

    def ready(self, wait: bool = False) -> Iterator[Shard]:
        """The shards that are finished by now, in order; with `wait`, at least one.

        What is finished meanwhile waits for the next call: many processes draw faster than one trains.
        """
        if wait:
            wait_for(self.waiting[:1])
        finished = list(takewhile(Future.done, self.waiting))
        for one in finished:
            self.waiting.remove(one)
            self._ask()
            yield one.result()

    def close(self) -> None:
        self.pool.shutdown(wait=True, cancel_futures=True)
