"""CLIP features of pictures and prompts (Eq. G1), and their two-dimensional map."""
