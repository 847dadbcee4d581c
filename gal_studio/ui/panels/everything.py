"""Everything that the page asks of a project, before it is imported."""

from gal_studio.core import strict_json
from gal_studio.core.errors import StudioError
from gal_studio.state import Store
from gal_studio.studio import Studio
from gal_studio.ui.api.polling import poll
from gal_studio.ui.api.view_cache import ViewCache
from gal_studio.ui.panels.reference import projects_and_demos
from gal_studio.ui.panels.results import all_rounds


def check_payloads(store: Store, project_id: str) -> None:
    """Make everything that the page would ask of a project as strict JSON; raises what it would raise."""
    views = ViewCache(Studio(store))
    listed = projects_and_demos(views)
    if any(project["broken"] for project in listed["projects"]):
        raise StudioError("The project would be listed as broken.")
    strict_json.dumps([listed, all_rounds(views, project_id)])
    for round_ in store.rounds.of_project(project_id):
        answer = poll(views, {"project": project_id, "round": round_.id})
        if "gone" in answer:
            raise StudioError(answer["gone"])
        strict_json.dumps(answer)
