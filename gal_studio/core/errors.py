"""The exception for errors that the user can fix."""


class StudioError(Exception):
    """An expected error. Its message is one sentence: what went wrong, and what to do about it."""


def first_line(error: Exception) -> str:
    """The first line of what another library says, at most 160 characters; its type if it says nothing."""
    return (str(error).strip().splitlines() or [type(error).__name__])[0][:160]
