"""What a project learns: a style or an object, each of which answers what follows from that.

The file of one is called by the name that is stored.
"""

from pkgutil import iter_modules

_FIRST = ("style", "object")
_FILES = {file.name for file in iter_modules(__path__)} - {"registry", "taught"}
NAMES: tuple[str, ...] = (*_FIRST, *sorted(_FILES - {*_FIRST}))
"""Of all; requests, tables and the types of the page take these."""
