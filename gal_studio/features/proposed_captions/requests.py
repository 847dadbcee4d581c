"""The dialog *Propose prompts*."""

from dataclasses import dataclass

from gal_studio.core.taught.registry import find_taught
from gal_studio.core.types import Kind
from gal_studio.features.proposed_captions.rules import NoCaptionError, proposal
from gal_studio.features.proposed_captions.server import CaptionServer
from gal_studio.state.images.read import read_picture
from gal_studio.ui.api.uploads import uploads
from gal_studio.ui.payloads import Id, Text
from gal_studio.ui.requests import Context, Requests

REQUESTS = Requests("reference")
PATIENCE = 50.0  # seconds for a proposed prompt: proxies before the page often end a request after a minute


@dataclass(frozen=True)
class ProposedPrompt:
    """What a model proposes for one image; `problem` says why it is nothing."""

    prompt: str
    problem: str


@REQUESTS.read
def propose_prompt(
    _: Context, path: Id, kind: Kind, server: Text, model: Text = "", trigger_word: Text = ""
) -> ProposedPrompt:
    """A prompt for an uploaded picture, proposed by a vision-language model that a local server has."""
    picture = read_picture(uploads().path(path))[0]
    try:
        answer = CaptionServer(server, model, seconds=PATIENCE).describe(picture, find_taught(kind).question)
        return ProposedPrompt(proposal(answer, trigger_word), "")
    except NoCaptionError as error:  # another image may get a caption
        return ProposedPrompt("", str(error))
