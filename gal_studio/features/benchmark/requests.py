"""When rounds are measured on the benchmark, and on which prompts."""

from gal_studio.core.errors import StudioError
from gal_studio.features.benchmark import verbs
from gal_studio.ui.payloads import Id, Lines
from gal_studio.ui.payloads.forms import SettingValue
from gal_studio.ui.requests import Context, Requests

REQUESTS = Requests("results")
REQUESTS.verbs("write", verbs.measure, verbs.measure_all, verbs.measure_when)


@REQUESTS.write
def change_test_set(context: Context, project: Id, prompts: Lines, seeds: SettingValue) -> None:
    """Choose the held-out prompts and how many pictures each gets."""
    if isinstance(seeds, bool) or not isinstance(seeds, int):
        raise StudioError(f"Images of each benchmark prompt is {seeds!r}: choose a whole number.")
    verbs.change_test_set(context.studio, project, prompts, seeds)
