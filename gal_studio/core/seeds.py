"""Seeds derived from the project's seed, one for each picture, so that a batch never changes a picture."""

import hashlib

import numpy


def named_seed(project_seed: int, *names: str | int) -> int:
    """Derive a seed in [0, 2**63) from the project's seed and the names."""
    digest = hashlib.sha256()
    for part in (project_seed, *names):
        text = f"{type(part).__name__}:{part}".encode()
        digest.update(len(text).to_bytes(8, "big") + text)
    return int.from_bytes(digest.digest()[:8], "big") >> 1


def candidate_seed(project_seed: int, anchor_prompt: str, index: int) -> int:
    """The seed of an anchor's candidate; it is the same in every round, so that rounds can be compared."""
    return named_seed(project_seed, "candidate", anchor_prompt, index)


def training_seed(project_seed: int, round_number: int) -> int:
    """The seed of a round's training."""
    return named_seed(project_seed, "training", round_number)


def generator(project_seed: int, *names: str | int) -> numpy.random.Generator:
    """A random generator for one named purpose, such as the policy of one round."""
    return numpy.random.default_rng(named_seed(project_seed, *names))
