"""Everything that runs a neural network, independent of the store and the page."""

import os

# OpenMP's threads spin while they wait, and compete for the cores as soon as anything else runs: on two busy
# cores sampling took eight times the CPU time. This must be set before torch loads its OpenMP library.
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
