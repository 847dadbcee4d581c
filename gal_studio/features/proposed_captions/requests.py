"""The dialog *Propose prompts*."""

from typing import Annotated

from gal_studio.core.taught.registry import find_taught
from gal_studio.core.types import Kind
from gal_studio.features.proposed_captions.rules import proposed
from gal_studio.features.proposed_captions.server import CaptionServer
from gal_studio.state.images.read import read_picture
from gal_studio.ui.api.uploads import uploads
from gal_studio.ui.payloads import Id, Only, Text
from gal_studio.ui.requests import Context, Requests

REQUESTS = Requests("reference")
PATIENCE = 50.0  # seconds for a proposed prompt: proxies before the page often end a request after a minute


@REQUESTS.read
def propose_prompt(
    _: Context, path: Id, kind: Kind, server: Text, model: Text = "", trigger_word: Text = ""
) -> Annotated[str, Only("prompt")]:
    """A prompt for an uploaded picture, proposed by a vision-language model that a local server has."""
    picture = read_picture(uploads().path(path))[0]
    answer = CaptionServer(server, model, seconds=PATIENCE).describe(picture, find_taught(kind).question)
    return proposed(answer, trigger_word)
