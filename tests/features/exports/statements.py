"""What `tests/ui/test_statements.py` is refused of exports: the round is not exported."""

REFUSED = {"put_lora"}
