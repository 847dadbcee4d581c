"""The address of the files of a replay."""

from functools import partial

from fastapi import FastAPI, Request
from starlette.responses import Response

from gal_studio.research.replays.reports import replay_zip
from gal_studio.studio import Studio
from gal_studio.ui.api.archives import ZIP, zip_file
from gal_studio.ui.api.whole_file import METHODS


def add_routes(app: FastAPI, studio: Studio) -> None:
    """What is downloaded of a replay."""

    @app.api_route("/project/{project_id}/replay", methods=METHODS)
    def replay(request: Request, project_id: str) -> Response:
        made = partial(replay_zip, studio, project_id)
        return zip_file(studio, request, project_id, "", lambda: Response(made(), media_type=ZIP))
