#!/bin/bash
# Fails unless BUILD is compiled as it is shipped: figures of another build say nothing.
#
#     scripts/require-release.sh BUILD
set -euo pipefail

type=$(meson introspect "$1" --buildoptions |
    python3 -c 'import json, sys
print(next(o["value"] for o in json.load(sys.stdin) if o["name"] == "buildtype"))')
if [ "$type" != release ]; then
    echo "$1 is a build of type $type, whose figures say nothing;" \
        "make it one that is shipped: meson configure $1 --buildtype=release" >&2
    exit 1
fi
