"""What `tests/ui/test_statements.py` is refused of Round 0: the model has no image adapter."""

REFUSED = {"instant_round"}
