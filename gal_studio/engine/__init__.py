"""Everything that runs a neural network; it knows neither the store nor the page."""

import os

# Threads that spin while they wait take the cores from each other as soon as anything else runs: on two busy
# cores drawing cost eight times the processor time. It has to be said before torch opens its OpenMP library.
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
