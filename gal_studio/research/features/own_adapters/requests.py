"""The dialog *Refine the adapter*."""

from pathlib import Path

from gal_studio.research.features.own_adapters import verbs
from gal_studio.ui.payloads import Id, Lines, RequestedJob, Text, requested_job
from gal_studio.ui.payloads.forms import SettingValue
from gal_studio.ui.requests import Context, Requests

REQUESTS = Requests("rounds")


@REQUESTS.write
def refine_adapter(
    context: Context, round: Id, subjects: Text, names: Lines, steps: SettingValue, title: Text
) -> RequestedJob:
    """Refine the image adapter of Round 0 on a folder of pictures, or on names of objects."""
    folder = Path(subjects.strip()) if subjects.strip() else None
    job = verbs.refine_adapter(context.studio, round, folder, names, steps, title)  # type: ignore[arg-type]
    return requested_job(job)
