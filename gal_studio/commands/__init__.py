"""What the command line does, one module for each thing; the parser stands in `cli.py`."""
