"""Opens a workspace and serves the page."""

import webbrowser
from collections.abc import Callable
from pathlib import Path
from threading import Timer

from gal_studio.state import Store
from gal_studio.studio import Studio

DEFAULT_WORKSPACE = Path.home() / "gal-studio"


def serve(
    workspace: Path,
    host: str = "127.0.0.1",
    port: int = 7860,
    open_browser: bool = True,
    wake: Callable[[Path], object] | None = None,
) -> None:
    """Serve the page of one workspace until it is interrupted."""
    import uvicorn

    from gal_studio.ui.app import build_app

    studio = Studio(Store(workspace), wake=wake or _start_worker)
    app = build_app(studio)
    address = f"http://{host}:{port}"
    print(f"GAL Studio: {address}   (workspace {workspace})", flush=True)
    if open_browser:
        Timer(1.0, webbrowser.open, [address]).start()
    uvicorn.run(app, host=host, port=port, log_level="warning", timeout_graceful_shutdown=2)


def _start_worker(workspace: Path) -> object:
    from gal_studio.processes import start_worker

    return start_worker(workspace)
