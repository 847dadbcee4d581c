#!/bin/sh
# Double-click, or start from a terminal, to open GAL Studio in a window of its own; the first start installs it.
cd "$(dirname "$0")/.." || exit 1
for python in python3 python3.13 python3.12 python3.11; do
  if "$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
    "$python" launch.py --desktop "$@" && exit 0
    ended=$?
    echo "GAL Studio ended with an error. Press Enter to close this window."
    read -r _
    exit "$ended"
  fi
done
echo "GAL Studio needs Python 3.11 or newer: install it from https://www.python.org. Press Enter to close."
read -r _
exit 2
