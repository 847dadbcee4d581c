"""Figures of evaluations and grids with Plotly, an extra that nothing else loads."""
