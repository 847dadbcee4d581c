"""What a card says to people of other programs."""

from types import SimpleNamespace
from typing import Any

import pytest

from gal_studio.core.models.forms.registry import find_form
from gal_studio.worker.export.card import _brackets


@pytest.mark.parametrize(
    ("form", "trigger", "prompt", "expected"),
    [
        ("kohya", "saber (fate)", "A saber (fate)", r"`saber \(fate\)`"),
        ("kohya", "cat", "A cat [V]", r"`A cat \[V\]`"),
        ("comfyui", "saber (fate)", "A saber (fate)", r"`saber \(fate\)`"),
        ("comfyui", "[V]", "A [V] cat", ""),
        ("invokeai", "saber (fate)", "", r"`saber \(fate\)`"),
        ("kohya", "cat", "A cat", ""),
    ],
)
def test_brackets_are_written_as_the_program_reads_them(
    form: str, trigger: str, prompt: str, expected: str
) -> None:
    task: Any = SimpleNamespace(form=find_form(form))
    facts: Any = SimpleNamespace(trigger=trigger)
    written: Any = SimpleNamespace(pictures=[SimpleNamespace(prompt=prompt)])
    unet: Any = SimpleNamespace(part="unet")
    said = " ".join(_brackets(task, facts, unet, written))
    assert (expected in said) if expected else not said


def test_invokeai_weights_no_words_for_transformers() -> None:
    task: Any = SimpleNamespace(form=find_form("invokeai"))
    facts: Any = SimpleNamespace(trigger="saber (fate)")
    transformer: Any = SimpleNamespace(part="transformer")
    assert not _brackets(task, facts, transformer, SimpleNamespace(pictures=[]))  # type: ignore[arg-type]
