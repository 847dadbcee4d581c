"""The server under attack: the studio itself on a workspace of its own, without a worker."""

import sys
from pathlib import Path

from gal_studio.ui.serve import Listening, serve


def main() -> None:
    workspace, port = Path(sys.argv[1]), int(sys.argv[2])
    serve(workspace, Listening(port=port), open_browser=False, wake=lambda _: None)


if __name__ == "__main__":
    main()
