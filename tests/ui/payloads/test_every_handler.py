"""Every handler answers every request of its type, and nearly every other one, without running into a bug."""

from collections.abc import Iterator
from random import Random
from typing import Any, NamedTuple

import pytest

from gal_studio.core import strict_json
from gal_studio.core.errors import StudioError
from gal_studio.ui.api import uploads
from gal_studio.ui.api.errors import UNEXPECTED
from gal_studio.ui.api.view_cache import ViewCache
from gal_studio.ui.api.writes import answer
from gal_studio.ui.panels.everything import REQUESTS
from gal_studio.ui.requests import Context
from tests.ui.seeded import finished
from tests.ui.test_statements import REFUSED
from tests.workspace.filled import fill
from workshop.benchmarks.attack.known import Known, known_ids, upload_some
from workshop.benchmarks.attack.values import fitting, spoiled, written

USUAL, MOST = 30, 500  # requests of each name
LAST = ("draw_more", "archive", "delete")
READS = {one.name for one in REQUESTS.reads()}
OTHERWISE = {"try_demo", "run_job", "make_round", "propose_prompt", "choose_blind"} | (READS & REFUSED)
"""run_job and make_round are of kinds that tests/invented has alone; prompts are proposed by a server; two
images of one prompt and seed are hardly met by chance; a read that is refused in the workspace of the
statements, such as a search, lacks the same here."""
NAMES = (*sorted(READS - OTHERWISE), *sorted(REQUESTS.keys() - READS - {*LAST, *OTHERWISE}), *LAST)


class Page(NamedTuple):
    """A studio with two projects, and the IDs that requests may name."""

    context: Context
    known: Known

    def ask(self, name: str, number: int, request: Any) -> Any:
        """The answer of a handler."""
        if name in READS:
            return REQUESTS[name].handler(self.context)(request)
        write = {"id": f"{name} {number}", "name": name, "request": request}
        return answer(self.context, REQUESTS, write) if isinstance(request, dict) else {}


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Page]:
    studio, _, _ = finished(tmp_path_factory.mktemp("page") / "workspace", candidates=2)
    fill(studio.store, Random(1))
    upload_some(studio, Random(1))

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(uploads, "_workspace", [studio.store.workspace])
        uploads._opened.cache_clear()
        yield Page(Context(ViewCache(studio)), known_ids(studio))
    uploads._opened.cache_clear()
    studio.store.close()


@pytest.mark.parametrize("name", NAMES)
def test_no_request_is_a_bug(page: Page, name: str) -> None:
    """The first requests leave out all that may be left out; of the last ones, a part or two is spoiled.

    A request that fits its type may still be refused, so that more are made until one is done.
    """
    random, answered = Random(name), 0
    for number in range(MOST):
        if number >= USUAL and answered:
            break
        request = fitting(random, REQUESTS[name].question, page.known, optional=0 if number < 4 else 0.6)
        for _ in range(random.choice((1, 2)) if 15 <= number < USUAL else 0):
            request = spoiled(random, request)
        try:
            request = strict_json.loads(written(request))
        except StudioError:
            continue
        said = page.ask(name, number, request)
        assert said.get("error") != UNEXPECTED, request
        strict_json.dumps(said)
        answered += "error" not in said
    assert answered, "nothing was right enough to be done"
