"""The exception for errors that the user can fix, and texts that can be shown anywhere."""

import unicodedata

LONGEST_SENTENCE = 2000
_HIDDEN = frozenset({"Cc", "Cs"})  # control characters, lone surrogates
_REORDERING = "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"  # marks that turn text around


class StudioError(Exception):
    """An expected error. Its message is one sentence: what went wrong, and what to do about it.

    What others wrote may be quoted in it; it is printable and bounded in length all the same.
    """

    def __init__(self, sentence: str) -> None:
        super().__init__(printable(sentence)[:LONGEST_SENTENCE])


def printable(text: str, kept: str = "") -> str:
    """The text with what cannot be shown (controls, lone surrogates) written as an escape, but for `kept`."""
    if text.isprintable():
        return text
    return "".join(
        letter if letter in kept or not is_hidden(letter) else letter.encode("unicode_escape").decode("ascii")
        for letter in text
    )


def is_hidden(letter: str) -> bool:
    """Whether a character steers a terminal or a text instead of being shown, or cannot be encoded."""
    return unicodedata.category(letter) in _HIDDEN or letter in _REORDERING


def first_line(error: BaseException) -> str:
    """The first line of what another library says, at most 160 characters; its type if it says nothing."""
    return (str(error).strip().splitlines() or [type(error).__name__])[0][:160]


NO_MEMORY = "There is not enough memory: close other programs, then try again."

_OF_MEMORY = (
    "failed to map segment", "can't start new thread", "allocate memory", "not enough memory", "bad_alloc",
    "error return without exception set",
)  # fmt: skip


def is_lack_of_memory(error: BaseException) -> bool:
    """Whether an error says that memory ran out, perhaps while a library was loaded."""
    return isinstance(error, MemoryError) or any(words in str(error) for words in _OF_MEMORY)
