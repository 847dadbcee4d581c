"""A program exports a round, and downloads what was made."""

from gal_studio.ui.access.rules import Rules
from tests.features.exports.seeded import finish_export
from tests.ui.access.doors import ask
from tests.ui.conftest import Place, serving
from tests.ui.programs.test_endpoints import client


def test_a_round_is_exported_by_a_program(place: Place) -> None:
    with serving(place, Rules(programs=True)) as served:
        studio = client(served.address)
        assert studio.predict(place.round, "kohya", api_name="/export_round")["job"]
        finish_export(place.studio, place.round, "kohya", "Checked.")
        (made,) = studio.predict(place.round, api_name="/export")["forms"]
        assert (made["form"], made["checked"]) == ("kohya", "Checked.")
        zipped = place.studio.exported(place.round, "kohya").read_bytes()
        assert ask(served.address, made["file"]).body == zipped
