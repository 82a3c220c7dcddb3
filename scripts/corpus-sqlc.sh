#!/bin/bash
# Queries with known types: what `tenon sql check` says of them, against what their own tool says.
#
#     scripts/corpus-sqlc.sh TENON CORPUS
set -euo pipefail
cd "$(dirname "$0")/.."

exec python3 tests/corpus/sqlc.py "$1" "$2"
