"""What the studio asks about exports."""

from collections.abc import Iterator
from dataclasses import asdict

from gal_studio.core import strict_json
from gal_studio.features.exports import verbs
from gal_studio.features.exports.record import Export, exports_of
from gal_studio.state import Store
from gal_studio.state.hooks import Download, Hooks
from gal_studio.studio import Studio


def rows(store: Store, project_id: str) -> Iterator[Export]:
    """The exports of a project; refused where one cannot be written as JSON."""
    for made in exports_of(store).of_project(project_id).values():
        for one in made:
            strict_json.dumps(asdict(one))
            yield one


def downloads(studio: Studio, round_id: str) -> Iterator[Download]:
    """What was made of a round."""
    for made in verbs.exports(studio, round_id):
        if not made.waits:
            yield Download(made.form, f"/export/{round_id}/{made.form}", made.sentence)


HOOKS = Hooks(
    rows=rows,
    waiting={"export": lambda store, round_id: exports_of(store).waiting(round_id)},
    downloads=downloads,
)
