"""Generative active learning (Eq. G1 to G8): uncertainty, selection, reasons, balance, policies."""
