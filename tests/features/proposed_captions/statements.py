"""What `tests/ui/test_statements.py` leaves out of proposed captions."""

UNCOUNTED = {"propose_prompt": "asks a server about an uploaded picture"}
