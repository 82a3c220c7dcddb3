#!/bin/bash
# What `make demo` runs: creates the tables where there are none yet, then loads and reports.
#
#     examples/debian/demo.sh BUILD [arguments of the example]
#
# DATABASE_URL decides where to; without it, an SQLite file in the build folder. With an SQLite file
# the second run finds its tables and loads again, which changes nothing.
set -euo pipefail
cd "$(dirname "$0")/../.."
build=$1
shift
export DATABASE_URL=${DATABASE_URL:-sqlite:$build/debian.db}

file=${DATABASE_URL#sqlite:}
if [ "$file" = "$DATABASE_URL" ] || [ ! -s "$file" ]; then
    "$build/tenon" db push --url "$DATABASE_URL" examples/debian/schema.prisma ||
        echo "demo: going on with the tables that are there" >&2
fi
exec "$build/examples/debian/debian" "$@"
