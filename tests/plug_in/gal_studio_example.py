"""A plug-in package for the studio: a policy, a score, an export format and a view."""

from pathlib import Path

from gal_studio.core.gal.policies.policy import Policy
from gal_studio.core.gal.scores.score import Score
from gal_studio.core.models.forms.form import ExportForm
from gal_studio.studio.plug_ins import View


class Alphabet(Policy):
    """Suggests test prompts by their first letters."""

    name = "alphabet"
    label = "Alphabet"
    stops_when_clean = False

    def order(self, pool):
        return sorted(
            (s for s in pool.scores if self.pictures(pool, s)), key=lambda score: score.anchor.prompt
        )

    def reason(self, pool, score):
        return "Its prompt comes early in the alphabet."


def green(pictures):
    import numpy

    return numpy.array([pixels[..., 1].mean() / 255 for pixels in pictures.pixels])


GREENNESS = Score("greenness", "Greenness", 0.0, 1.0, "greener", "The mean of the green channel", green)
SLATE = ExportForm(name="slate", title="For Slate", programs="Slate", place="slate", prefix="slate.")
HERE = Path(__file__).parent
LIST = View("list", "List", HERE / "gal_studio_example.js", HERE / "gal_studio_example.css")
