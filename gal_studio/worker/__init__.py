"""The worker: claims jobs, runs the engine, stores the results. Start it with `python -m gal_studio.worker`."""

from gal_studio.worker.loop import Worker, run_worker

__all__ = ["Worker", "run_worker"]
