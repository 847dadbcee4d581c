"""A form of an exported LoRA that nobody needs, as an example of a new one: for a program called Easel.

A real one is a file in `gal_studio/core/models/forms` and one line in its `registry.py`.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from gal_studio.core.models.forms.form import ExportForm
from gal_studio.core.models.forms.registry import FORMS

EASEL = ExportForm(
    name="easel",
    title="For Easel",
    programs="Easel",
    place="easel/loras",
    prefix="easel_",
    separator="_",
)


@contextmanager
def registered() -> Iterator[None]:
    """The form as it would be with its line in the registry."""
    FORMS.add(EASEL)
    try:
        yield
    finally:
        FORMS.remove(EASEL)
