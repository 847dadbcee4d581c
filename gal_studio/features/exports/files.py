"""The addresses of exported files."""

from fastapi import FastAPI
from fastapi.responses import FileResponse

from gal_studio.features.exports.verbs import exported
from gal_studio.studio import Studio
from gal_studio.ui.api.pictures import zip_of_round
from gal_studio.ui.api.whole_file import METHODS


def add_routes(app: FastAPI, studio: Studio) -> None:
    """What is downloaded of a round in a format."""

    @app.api_route("/export/{round_id}/{form}", methods=METHODS)
    def file_of_round(round_id: str, form: str) -> FileResponse:
        return zip_of_round(studio, round_id, form, exported)
