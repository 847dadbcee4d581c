"""What the page asks and changes: each request is one typed function, and all else follows from it.

The parameters after the first are the question, what it returns is the answer, and its docstring says what it
does. A question is checked against these types, an answer written as JSON by them, and `tools.web_types`
writes them for the page. Answers are frozen dataclasses, or `Only` one field.
"""

import inspect
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, is_dataclass
from functools import cached_property
from typing import Annotated, Any, Literal, NotRequired, TypeVar, get_args, get_origin, get_type_hints

from pydantic import PydanticUserError, TypeAdapter, ValidationError
from typing_extensions import TypedDict

from gal_studio.core import checks
from gal_studio.core.errors import StudioError, first_line
from gal_studio.core.types import Job
from gal_studio.studio import Studio
from gal_studio.studio.views.broken import what_is_damaged
from gal_studio.ui.api.errors import Handler, guarded
from gal_studio.ui.api.view_cache import ViewCache
from gal_studio.ui.payloads import (
    Ids,
    Only,
    Payload,
    RequestedAll,
    RequestedJob,
    Text,
    first_fault,
    requested_job,
)

Act = TypeVar("Act", bound=Callable[..., Any])
Mode = Literal["read", "write", "write outside"]


@dataclass(frozen=True)
class Context:
    """What a request works on; `secrets` are hidden in logs, `key` is the idempotency key of a write."""

    views: ViewCache
    secrets: tuple[str, ...] = ()
    key: str = ""

    @property
    def studio(self) -> Studio:
        """The studio behind the views."""
        return self.views.studio

    def damage(self) -> str:
        """A sentence about stored data that are damaged; "" if none are."""
        return what_is_damaged(self.studio.store)


@dataclass(frozen=True)
class Request:
    """A function that answers a request of its own name."""

    act: Callable[..., Any]
    mode: Mode

    @property
    def name(self) -> str:
        """What the page calls it by."""
        return self.act.__name__

    @cached_property
    def question(self) -> Any:
        """The parameters as a TypedDict; one with a default may be left out."""
        hints = get_type_hints(self.act, include_extras=True)
        _, *parameters = inspect.signature(self.act).parameters.values()
        if parameters and parameters[0].kind is inspect.Parameter.VAR_KEYWORD:
            return get_args(hints[parameters[0].name])[0]
        fields = {
            one.name: hints[one.name] if one.default is one.empty else NotRequired[hints[one.name]]
            for one in parameters
        }
        return TypedDict(self.name, fields)  # type: ignore[operator]

    @cached_property
    def fields(self) -> dict[str, Any]:
        """The type of each field of the question."""
        return get_type_hints(self.question)

    @cached_property
    def result(self) -> Any:
        """The type of the answer; None for one without content."""
        hint = get_type_hints(self.act, include_extras=True)["return"]
        return TypedDict(self.name, {self.only: hint}) if self.only else hint  # type: ignore[operator]

    @cached_property
    def only(self) -> str:
        """The field that alone makes the answer; "" for an answer of its own type."""
        hint = get_type_hints(self.act, include_extras=True)["return"]
        return next((one.field for one in get_args(hint)[1:] if isinstance(one, Only)), "")

    @cached_property
    def questions(self) -> TypeAdapter[Any]:
        """Checks what is asked by its type."""
        return TypeAdapter(self.question)

    @cached_property
    def answers(self) -> TypeAdapter[Any]:
        """Writes answers as JSON by their type, and checks such JSON."""
        return TypeAdapter(self.result)

    def check(self, given: object) -> Payload:
        """What was given if it is of the question's type; refused with what is wrong in it."""
        try:
            valid: Payload = self.questions.validate_python(given, strict=True, extra="forbid")
        except ValidationError as error:
            raise StudioError(
                f"The request {self.name!r} is not understood ({first_fault(error)}): reload the page."
            ) from error
        checks.storable(valid)
        return valid

    def answer(self, context: Context, question: Payload) -> Payload:
        """The answer to a checked question, as JSON."""
        answer = self.act(context, **question)
        return self.answers.dump_python({self.only: answer} if self.only else answer, mode="json") or {}

    def __call__(self, context: Context, given: object) -> Payload:
        """Check what was given, and answer."""
        return self.answer(context, self.check(given))

    def handler(self, context: Context) -> Handler:
        """The request as Gradio's handler: it has its name, and returns an error as `{"error": sentence}`."""

        def handler(given: Any) -> Payload:
            return self(context, given)

        handler.__name__ = self.name
        return guarded(handler, context.damage)


_CHECKED: dict[Any, Any] = {str: Text, Sequence[str]: Ids}
"""How long the texts of a verb may be that a page sends."""


def _of_verb(verb: Callable[..., Any], only: str) -> Callable[..., Any]:
    """A verb with the signature of a request."""
    hints = get_type_hints(verb, include_extras=True)
    _, *parameters = (one for one in inspect.signature(verb).parameters.values() if one.name != "author")
    fields = {re.sub("_id(s?)$", r"\1", one.name): one for one in parameters}
    nullable = [one.name for one in parameters if type(None) in get_args(hints[one.name])]
    usual = {one.name: None for one in parameters if one.name in nullable and one.default is one.empty}
    answer: Callable[[Any], Any] = _as_it_is
    result = hints["return"]
    if result is Job:
        result, answer = RequestedJob, requested_job
    elif result == tuple[Job, ...]:
        result, answer = RequestedAll, _ids
    elif only:
        result = Annotated[result, Only(only)]

    def act(context: Context, **question: Any) -> Any:
        given = {fields[field].name: value for field, value in question.items()}
        return answer(getattr(context.studio, verb.__name__)(**{**usual, **given}))

    act.__name__, act.__doc__ = verb.__name__, verb.__doc__
    types = {field: hints[one.name] for field, one in fields.items()}
    act.__annotations__ = {
        **{field: _CHECKED.get(kind, kind) for field, kind in types.items()},
        "return": result,
    }
    asked = [
        one.replace(name=field, default=usual.get(one.name, one.default)) for field, one in fields.items()
    ]
    context = inspect.Parameter("context", inspect.Parameter.POSITIONAL_OR_KEYWORD)
    act.__signature__ = inspect.Signature([context, *asked])  # type: ignore[attr-defined]
    return act


def _as_it_is(found: Any) -> Any:
    return found


def _ids(jobs: Sequence[Job]) -> tuple[str, ...]:
    return tuple(job.id for job in jobs)


class Requests(dict[str, Request]):
    """Requests by name; a function becomes one by a decorator, and stays as it is.

    `panel` is the part of the page that makes them.
    """

    def __init__(self, panel: str = "") -> None:
        super().__init__()
        self.panel = panel
        self.parts: dict[str, Callable[..., Any]] = {}

    def read(self, act: Act) -> Act:
        """A request that changes nothing."""
        return self._add(act, "read")

    def write(self, act: Act) -> Act:
        """A change in one transaction, in which its answer is stored too."""
        return self._add(act, "write")

    def write_outside(self, act: Act) -> Act:
        """A change that reads or deletes files, and has transactions of its own.

        By `context.key` it finds what it has already made.
        """
        return self._add(act, "write outside")

    def part(self, act: Act) -> Act:
        """A part of the page that a poll brings of the shown round, by the name of the function.

        It gets the context and the round's view, and gives None where the round has no such part. It is asked
        by each poll: what takes long is kept in `context.views`.
        """
        if why := _no_type(act) or _not_json(lambda: TypeAdapter(get_type_hints(act)["return"])):
            raise TypeError(f"the part {act.__name__!r} of {act.__module__} {why}")
        self.parts[act.__name__] = act
        return act

    def verbs(self, mode: Mode, *verbs: Callable[..., Any], only: str = "") -> None:
        """Requests that are verbs of the studio as they stand, of the same name.

        The fields are the verb's parameters, an ID without `_id`; its author is the person at the page. What
        may be None can be left out. The answer is what the verb returns, in the field `only` if given, and of
        a job a `RequestedJob`.
        """
        for verb in verbs:
            self._add(_of_verb(verb, only), mode)

    def reads(self) -> list[Request]:
        """Those that change nothing."""
        return [request for request in self.values() if request.mode == "read"]

    def _add(self, act: Act, mode: Mode) -> Act:
        request = Request(act, mode)
        if why := _ill_declared(request):
            raise TypeError(f"the request {request.name!r} of {act.__module__} {why}")
        if request.name in self:
            raise ValueError(f"the request {request.name!r} of {act.__module__} already exists")
        self[request.name] = request
        return act


def _ill_declared(request: Request) -> str:
    """What is wrong with the types that a request declares; "" if nothing is."""
    if untyped := _no_type(request.act):
        return untyped
    answer = get_type_hints(request.act, include_extras=True)["return"]
    is_frozen = is_dataclass(answer) and answer.__dataclass_params__.frozen  # type: ignore[union-attr]
    if request.only or answer is type(None) or is_frozen or _is_object(answer):
        return _not_json(lambda: (request.questions, request.answers))
    return f"answers {answer}: make it a frozen dataclass, or Annotated[…, Only(FIELD)], which has fields"


def _no_type(act: Callable[..., Any]) -> str:
    hints = get_type_hints(act)
    untyped = [one for one in (*inspect.signature(act).parameters, "return")[1:] if one not in hints]
    return f"has no type for {untyped[0]!r}: give each parameter and the answer one" if untyped else ""


def _not_json(declare: Callable[[], object]) -> str:
    try:
        declare()
    except PydanticUserError as error:
        return f"has a type that is not written as JSON: {first_line(error)}"
    return ""


def _is_object(kind: Any) -> bool:
    """Whether values of a type are dicts, whose keys the page reads."""
    kind = get_origin(kind) or kind
    return isinstance(kind, type) and issubclass(kind, Mapping)


def joined(*tables: Requests) -> Requests:
    """All requests of some tables; no two have the same name."""
    found = Requests()
    for table in tables:
        twice = [*found.keys() & table.keys(), *found.parts.keys() & table.parts.keys()]
        if twice:
            raise ValueError(f"two features have a request or part {twice[0]!r}")
        found.update(table)
        found.parts.update(table.parts)
    return found
