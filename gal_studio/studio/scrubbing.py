"""Takes out of a text what is nobody else's business: folders of a person, passwords, tokens."""

import re
from collections.abc import Iterable
from pathlib import Path

HIDDEN = "[hidden]"
SHORTEST = 4  # of a known secret: a shorter one would take half of the text with it
_HOMES = re.compile(r"(?:/home|/Users|[A-Za-z]:\\+Users)[/\\]+[^/\\\s:'\"]+")
_SECRETS = (
    re.compile(r"\b(?:hf|ghp|gho|github_pat|sk)[_-][A-Za-z0-9_-]{8,}"),
    re.compile(r"(?<=://)[^/\s@]+:[^/\s@]+(?=@)"),
    re.compile(r"(?i)(?<=bearer )[^\s'\"]+"),
    re.compile(
        r"(?i)(?<![a-z])(?P<name>[a-z_]*(?:password|passwd|secret|token|api_?key|authorization|auth)"
        r"[\"']?\s*[=:]\s*[\"']?)(?P<value>[^\s'\",;&]+)"
    ),
)


def scrubbed(text: str, workspace: Path, home: Path, secrets: Iterable[str] = ()) -> str:
    """The text with `WORKSPACE` and `~` for the folders, and without secrets, known or looking like one."""
    for secret in secrets:
        text = text.replace(secret, HIDDEN) if len(secret) >= SHORTEST else text
    for pattern in _SECRETS:
        text = pattern.sub(_without_value, text)
    for folder, name in ((workspace, "WORKSPACE"), (home, "~")):
        for written in _spellings(folder):
            text = re.sub(rf"{re.escape(written)}(?![\w-])", name, text)
    return _HOMES.sub("~", text)


def _without_value(found: re.Match[str]) -> str:
    return f"{found['name']}{HIDDEN}" if "name" in found.re.groupindex else HIDDEN


def _spellings(folder: Path) -> list[str]:
    """A folder as it was given, followed through links, and as JSON or Python write it; not the root."""
    plain = {str(folder), str(folder.absolute()), str(folder.resolve())}
    both = plain | {path.replace("\\", "\\\\") for path in plain}
    return sorted((path for path in both if len(Path(path).parts) > 1), key=len, reverse=True)
