"""What the field over the grid and the enlarged image ask."""

from gal_studio.features.search import verbs
from gal_studio.ui.payloads import Id, Text
from gal_studio.ui.requests import Context, Requests

REQUESTS = Requests("rounds")


@REQUESTS.read
def search(context: Context, within: Id, words: Text) -> verbs.Found:
    """How well each image of a round matches words; the first search of a while loads the CLIP.

    Its fields are not named as those of what is asked about a project before its import: this needs words.
    """
    return verbs.search(context.studio, within, words)


@REQUESTS.read
def more_like(context: Context, image: Id) -> verbs.Found:
    """How alike the images of its round are to one of them; refused where it has no features."""
    return verbs.more_like(context.studio, image)
