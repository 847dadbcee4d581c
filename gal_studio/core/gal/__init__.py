"""Generative active learning (Eq. G2 to G8): uncertainty, selection, its reasons, balance and policies."""
