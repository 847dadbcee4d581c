"""`python -m gal_studio.worker --workspace FOLDER`."""

import argparse
import sys
from pathlib import Path

from gal_studio.core.errors import StudioError
from gal_studio.worker.loop import run_worker


def main() -> int:
    """Run jobs until the queue has been empty for a while; exit code 2 if the workspace cannot be used."""
    parser = argparse.ArgumentParser(prog="gal_studio.worker")
    parser.add_argument("--workspace", type=Path, required=True)
    parser.add_argument("--until-empty", action="store_true", help="stop when the queue is empty")
    arguments = parser.parse_args()
    try:
        run_worker(arguments.workspace, until_empty=arguments.until_empty)
    except StudioError as error:
        print(error, file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
