"""What the form of a new project says of the chosen models: licence, commit, size, or their refusal."""

from typing import Any

from gal_studio.core.errors import StudioError
from gal_studio.core.job_kinds import bytes_in_words
from gal_studio.core.model_reports import ModelReport, ModelReports
from gal_studio.studio import ProjectDraft, Studio
from gal_studio.studio.create.project import DEFAULT_PRESET, check_base_model, model_names
from gal_studio.ui.payloads import Payload

_LABELS = {"base_model": "Base model", "clip_model": "CLIP model", "vision_model": "Vision model"}
_NOTHING: Payload = {"waiting": False, "models": [], "sentence": "", "problems": []}


def model_facts(studio: Studio, request: Payload) -> Payload:
    """What is known of the models that the form names; `waiting` until they have been looked up."""
    base, clip = (str(request.get(name) or "").strip() for name in ("base_model", "clip_model"))
    if studio.models is None or not (request.get("preset") or (base and clip)):
        return _NOTHING
    chosen: dict[str, Any] = (
        {"preset": request["preset"]}
        if request.get("preset")
        else {"preset": DEFAULT_PRESET, "base_model": base, "clip_model": clip}
    )
    try:
        names = model_names(ProjectDraft(request["kind"], (), **chosen))
        check_base_model(names.base_model)
        reports = studio.models.peek(names)
    except StudioError as error:
        return {**_NOTHING, "problems": [{"field": "base_model", "text": str(error)}]}
    return {**_NOTHING, "waiting": True} if reports is None else _payload(reports)


def _payload(reports: ModelReports) -> Payload:
    refused = [{"field": one.field, "text": one.refusal} for one in reports.models if one.refusal]
    if reports.problem and not refused:
        refused = [{"field": "base_model", "text": reports.problem}]
    from_hub = [one for one in reports.models if one.repository]
    return {
        "waiting": False,
        "models": [_model(one) for one in from_hub],
        "sentence": _sentence(reports) if from_hub and not refused else "",
        "problems": refused,
    }


def _model(report: ModelReport) -> Payload:
    return {
        "label": _LABELS[report.field],
        "name": report.repository,
        "address": report.address,
        "commit": report.commit[:12],
        "licence": report.licence or "none stated",
        "size": f"{bytes_in_words(report.missing)} to download" if report.missing else "on this computer",
    }


def _sentence(reports: ModelReports) -> str:
    if not reports.missing:
        return "All files are on this computer."
    return (
        f"{bytes_in_words(reports.missing)} are downloaded when you start the project ("
        f"{bytes_in_words(reports.free)} are free); the download can be stopped and resumed. Read the "
        "licences on the models' pages first."
    )
