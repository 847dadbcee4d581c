"""Figures of evaluations with Plotly, an extra that nothing else loads."""
