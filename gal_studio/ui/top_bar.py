"""The top line: project, steps, and the job that runs."""

import gradio as gr

from gal_studio.studio import Studio
from gal_studio.ui.panel import make_panel
from gal_studio.ui.payloads import Payload
from gal_studio.ui.polling import poll as poll_news
from gal_studio.ui.recall import Recall


def build_top_bar(studio: Studio, recall: Recall) -> gr.HTML:
    """The panel and its handlers."""

    def poll(request: Payload) -> Payload:
        return poll_news(recall, request)

    def stop(request: Payload) -> Payload:
        return {"state": studio.stop(request["job"]).state}

    def pause(request: Payload) -> Payload:
        return {"state": studio.pause(request["job"]).state}

    def resume(request: Payload) -> Payload:
        return {"state": studio.resume(request["job"]).state}

    return make_panel("top", [poll, stop, pause, resume])
