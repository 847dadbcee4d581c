"""The worker: claims a job, runs the engine, writes the state. Start it as `python -m gal_studio.worker`."""

from gal_studio.worker.loop import Worker, run_worker

__all__ = ["Worker", "run_worker"]
