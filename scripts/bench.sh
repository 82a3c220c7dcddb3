#!/bin/bash
# Compares tenon with hand-written libpq and sqlite3:
#
#     scripts/bench.sh BUILD [--only NAME]… [--json]
#
# Builds the sides in BUILD, and runs bench/run.py with a PostgreSQL of its own, all on one core: to
# wake a process on another core takes longer than most of what is measured.
set -euo pipefail

build=$1
shift
scripts/require-release.sh "$build"
ninja -C "$build" bench-sides >/dev/null
core=$(python3 -c 'import os; print(max(os.sched_getaffinity(0)))')
exec taskset -c "$core" scripts/with-postgres.sh python3 bench/run.py "$build" "$@"
