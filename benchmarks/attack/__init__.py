"""Hostile inputs for every way into the studio, generated from a seed, against a server of their own.

python -m benchmarks.attack --seed 1 --inputs 10000
"""
