"""Figures of projects and evaluations with Plotly: on the page, in notebooks and in files."""
