"""Work as the page wants it: the queue of all projects, pictures drawn while training, the report."""

from dataclasses import asdict

from gal_studio.studio.bug_report import BugReport
from gal_studio.studio.views.types import QueueView, RoundView
from gal_studio.ui.payloads.rounds import Payload


def queue_payload(queue: QueueView) -> Payload:
    """What runs, what waits in the order of its turn, and what halted."""
    return {
        "working": [asdict(entry) for entry in queue.working],
        "waiting": [asdict(entry) for entry in queue.waiting],
        "halted": [asdict(entry) for entry in queue.halted],
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
