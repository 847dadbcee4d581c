"""Check the page's code alone: lint, types and unit tests, as `npm run check` in tools/web does.

python -m tools.page
"""

import subprocess
import sys

from tools.check import WEB, has


def main() -> int:
    """The exit code of the check; 1 without Node.js."""
    if not has("Node.js with npm"):
        return 1
    return subprocess.run(["npm", "run", "--silent", "check"], cwd=WEB, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
