#!/bin/sh
# Double-click to open GAL Studio in a window of its own; the first start installs it.
exec sh "$(dirname "$0")/gal-studio.sh" "$@"
