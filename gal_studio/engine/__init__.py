"""Everything that runs a neural network, independent of the store and the page."""

import gc
import os
import sys

# OpenMP's threads spin while they wait, and compete for the cores as soon as anything else runs: on two busy
# cores sampling took eight times the CPU time. Threads that sleep at once are slow to wake on some virtual
# machines, so they spin for some 0.03 ms before. This must be set before torch loads its OpenMP library.
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
os.environ.setdefault("GOMP_SPINCOUNT", "2000")

# torch and diffusers make some 600,000 objects that stay. While they were imported, Python looked at all of
# them nine times for garbage: 1.3 of 7.5 s. Now it does so after 700,000 new objects, not 70,000.
gc.set_threshold(*gc.get_threshold()[:2], 100)

# diffusers, transformers and PEFT import these wherever they are installed: seconds, and warnings of classes
# that nothing here uses. Python takes a module that is None for one that is missing.
for _name in ("torchao", "bitsandbytes"):
    sys.modules.setdefault(_name, None)  # type: ignore[arg-type]


def reveal(package: str) -> None:
    """Let a hidden package be imported, where a setting asks for it."""
    if sys.modules.get(package, package) is None:
        del sys.modules[package]
