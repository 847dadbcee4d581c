"""`python launch.py` opens GAL Studio in the browser."""

import sys

from gal_studio.ui.serve import main

if __name__ == "__main__":
    sys.exit(main())
