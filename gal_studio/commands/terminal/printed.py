"""What commands print of stored values: each is on its own line, whatever it holds."""

from gal_studio.core.errors import printable


def in_lines(*texts: str) -> str:
    """Texts as lines: a line break or a carriage return in one, such as of a stored name, is an escape."""
    return "\n".join(map(printable, texts))
