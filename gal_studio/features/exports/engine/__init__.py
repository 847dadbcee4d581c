"""Export a round: files for other programs with a model card and a workflow, and the check of them."""
