"""What PatchDPO published of DreamBench (arXiv 2412.03177), to stand beside an evaluation."""

PUBLISHED = {"all": (0.727, 0.838, 0.292), "one": (0.831, 0.880, 0.288)}
"""DINO, CLIP-I and CLIP-T on SDXL against all pictures of a subject, and against one."""
