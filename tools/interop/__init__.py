"""Exports read by the own code of the programs for which they are offered.

`python -m tools.interop PROGRAM CHECKOUT` makes a tiny model of each family and a LoRA for all of its layers,
writes that in every format, and gives each file to the program's loader, which is imported from the path
CHECKOUT: nothing is fetched or copied. With `--method lokr` it is a LoKr, in the formats of one. The program
needs its own requirements, such as by PYTHONPATH.
"""
