"""Jobs as JSON: the job line, the queue of all projects, previews, and the log."""

from dataclasses import asdict

from gal_studio.studio.bug_report import BugReport
from gal_studio.studio.views.types import JobView, QueueView, RoundView
from gal_studio.ui.payloads import Payload


def job_payload(job: JobView) -> Payload | None:
    """The job line; None if no job was ever requested."""
    return None if job.state == "idle" else asdict(job)


def queue_payload(queue: QueueView) -> Payload:
    """What runs, what waits in the order of its turn, and what halted."""
    return {
        "working": [asdict(job) for job in queue.working],
        "waiting": [asdict(job) for job in queue.waiting],
        "halted": [asdict(job) for job in queue.halted],
    }


def preview_payloads(view: RoundView) -> list[Payload]:
    """The pictures that were drawn while the round was trained, by step."""
    return [
        {"step": preview.step, "prompt": preview.prompt, "version": preview.image[:8]}
        for preview in view.previews
    ]


def report_payload(report: BugReport) -> Payload:
    """The end of the log with what belongs beside it, and all of it as one text."""
    return {
        "facts": [list(fact) for fact in report.facts],
        "lines": list(report.lines),
        "output": list(report.output),
        "text": report.text(),
    }
