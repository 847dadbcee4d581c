"""Jobs as JSON: the current job, the queue of all projects, previews, and the log."""

from dataclasses import asdict

from gal_studio.studio.bug_report import BugReport
from gal_studio.studio.views.types import JobView, QueueView, RoundView
from gal_studio.ui.payloads import Payload


def job_payload(job: JobView) -> Payload | None:
    """The current job; None if there was never one."""
    return None if job.state == "idle" else asdict(job)


def queue_payload(queue: QueueView) -> Payload:
    """Running, waiting and halted jobs."""
    return asdict(queue)


def preview_payloads(view: RoundView) -> list[Payload]:
    """The pictures that were drawn during the training, by step."""
    return [
        {"step": preview.step, "prompt": preview.prompt, "version": preview.image[:8]}
        for preview in view.previews
    ]


def report_payload(report: BugReport) -> Payload:
    """The end of the log with facts about the machine, and all of it as one text."""
    return {
        "facts": [list(fact) for fact in report.facts],
        "lines": list(report.lines),
        "output": list(report.output),
        "page": list(report.page),
        "text": report.text(),
    }
