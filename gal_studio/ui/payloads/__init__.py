"""What requests and answers are made of, and views as JSON for the page."""

from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import Field, ValidationError
from typing_extensions import TypedDict

from gal_studio.core.types import Job, JobState

Payload = dict[str, Any]
"""A checked question, or an answer as JSON."""
Id = Annotated[str, Field(max_length=200)]
Ids = Annotated[list[Id], Field(max_length=100_000)]
Text = Annotated[str, Field(max_length=4000)]
Lines = Annotated[list[Text], Field(max_length=10_000)]
Fact = tuple[str, str]
"""A name and its value, both as display text."""


class Runs(TypedDict):
    """A run-length encoded mask: label, count, label, count, in row-major order."""

    width: int
    height: int
    runs: Annotated[list[int], Field(max_length=500_000)]


@dataclass(frozen=True)
class Only:
    """Marks what a request returns as the only field of its answer, by this name."""

    field: str


OfProject = Annotated[str, Only("project")]
"""The project to show next."""
OfRound = Annotated[str, Only("round")]
"""The round to show next."""
RequestedAll = Annotated[tuple[str, ...], Only("jobs")]
"""The jobs that were requested."""


@dataclass(frozen=True)
class RequestedJob:
    """A job that was requested, and the round that it works on, which the page then shows."""

    job: str
    round: str
    state: JobState


def requested_job(job: Job) -> RequestedJob:
    """A job as the answer to its request."""
    return RequestedJob(job.id, job.round_id, job.state)


def first_fault(error: ValidationError) -> str:
    """The first thing that is wrong and where, without what was given."""
    first = error.errors(include_url=False, include_context=False, include_input=False)[0]
    place = ".".join(str(step)[:40] for step in first["loc"][:6])
    return f"{place}: {first['msg']}" if place else first["msg"]
