"""`python -m gal_studio`, as `gal-studio`: for environments whose scripts are not on the path."""

from gal_studio.cli import main

if __name__ == "__main__":
    raise SystemExit(main())
