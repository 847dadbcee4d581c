"""The one exception class for everything that a person can put right."""


class StudioError(Exception):
    """An expected failure, said in one sentence: what was wrong and what to do about it."""
