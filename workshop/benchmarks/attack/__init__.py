"""Hostile inputs for every way into the studio, generated from a seed, against a server of their own.

python -m workshop.benchmarks.attack --seed 1 --inputs 10000
"""
