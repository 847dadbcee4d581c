"""The exception for errors that the user can fix."""


class StudioError(Exception):
    """An expected error. Its message is one sentence: what went wrong, and what to do about it."""
