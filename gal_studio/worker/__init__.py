"""The worker: claims jobs, runs the engine, stores the results. `python -m gal_studio.worker` starts it."""

from gal_studio.worker.loop import Worker, run_worker

__all__ = ["Worker", "run_worker"]
