"""Texts of 128 tokens for FLUX.2 klein, which pads each prompt to 512, in tests that ask for something else.

The text is most of a tiny klein's work. Both the studio and the pipeline that it is compared with read the
shorter one; `engine/families`, `engine/memory` and processes of their own read all 512.
"""

from collections.abc import Iterator

import pytest

TOKENS = 128


def shorten_texts(patched: pytest.MonkeyPatch) -> None:
    """Let klein's pipeline pad prompts to 128 tokens."""
    from diffusers import Flux2KleinPipeline

    plain = Flux2KleinPipeline._get_qwen3_prompt_embeds

    def short(*given: object, max_sequence_length: int = 512, **named: object) -> object:
        return plain(*given, max_sequence_length=min(max_sequence_length, TOKENS), **named)

    patched.setattr(Flux2KleinPipeline, "_get_qwen3_prompt_embeds", staticmethod(short))


@pytest.fixture(scope="module", autouse=True)
def short_texts() -> Iterator[None]:
    """For each module of a folder whose `conftest.py` has this fixture."""
    with pytest.MonkeyPatch.context() as patched:
        shorten_texts(patched)
        yield
