"""A Ray cluster: how it is joined, what devices it has, and which errors mean that one of them was lost."""

import signal
import threading
from typing import Any

from gal_studio.core.errors import StudioError, first_line
from gal_studio.core.extras import how_to_install
from gal_studio.with_parent import package_environment

LOCAL = "local"
"""The address that starts a cluster of this computer's own devices."""


def connect(address: str) -> Any:
    """Ray, connected: `local`, `auto` for a cluster that this computer belongs to, or HOST:PORT."""
    try:
        import ray
    except ImportError as error:
        raise StudioError(
            f"Generating on several devices needs Ray ({first_line(error)}): run "
            f"{how_to_install('ray')} in the studio's folder."
        ) from error
    if ray.is_initialized():
        return ray
    main = threading.current_thread() is threading.main_thread()
    before = signal.getsignal(signal.SIGTERM) if main else None
    try:
        ray.init(
            address=address,
            log_to_driver=False,
            logging_level="ERROR",
            include_dashboard=False if address == LOCAL else None,
            runtime_env=_environment() if address == LOCAL else None,
        )
    except Exception as error:  # Ray raises many types
        raise StudioError(
            f"The Ray cluster {address} cannot be reached ({first_line(error)}): start it with `ray start "
            "--head`, or give its HOST:PORT."
        ) from error
    finally:
        if main:  # Ray takes the signal that ends the worker
            signal.signal(signal.SIGTERM, before)
    return ray


def _environment() -> dict[str, Any]:
    """Let the processes of this computer import the package from where it is imported here."""
    return {"env_vars": {"PYTHONPATH": package_environment()["PYTHONPATH"]}}


def devices(ray: Any, cores: int) -> tuple[int, dict[str, int]]:
    """How many processes the cluster has room for, and what each one takes: a GPU, or else `cores`."""
    found = ray.cluster_resources()
    if found.get("GPU"):
        return int(found["GPU"]), {"num_gpus": 1, "num_cpus": 0}
    return int(found.get("CPU", 0) // cores), {"num_cpus": cores}


def is_loss(error: Exception) -> bool:
    """Whether an error means that a process or a machine was lost, and not that the work failed."""
    from ray import exceptions

    lost = (
        exceptions.RayActorError,
        exceptions.ObjectLostError,
        exceptions.NodeDiedError,
        exceptions.WorkerCrashedError,
    )
    return isinstance(error, lost)
