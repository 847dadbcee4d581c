"""Figures of projects and evaluations with Plotly, an extra that nothing else loads."""
