#!/bin/bash
# Nullability of the queries of sqlc's own tests: each schema is run on a real database, each query
# analysed, and what differs from what is stated for it is listed, by who allows NULL.
#
#     scripts/corpus-nullability.sh TENON CORPUS
set -euo pipefail
cd "$(dirname "$0")/.."
program=$(dirname "$1")/tests/corpus/print-nullability
[ -d "$2/sqlc" ] || exit 0
ninja -C "$(dirname "$1")" --quiet tests/corpus/print-nullability
exec python3 tests/corpus/nullability.py "$program" "$2/sqlc"
