#!/bin/sh
# Proves that a real reader of Arrow takes what tenon exports: DuckDB, whose library a package of
# npm has.
#
#     tests/heavy/arrow.sh BUILD
set -eu
root=$(cd "$(dirname "$0")/../.." && pwd)
build=$(cd "$1" && pwd)
package=@duckdb/node-bindings-linux-x64@1.5.6-r.1

mkdir -p "$build/duckdb"
npm install --silent --no-audit --no-fund --prefix "$build/duckdb" "$package"
ninja -C "$build" --quiet tests/heavy/heavy-arrow
cd "$root"
TENON_DUCKDB=$build/duckdb/node_modules/@duckdb/node-bindings-linux-x64/libduckdb.so \
    scripts/with-postgres.sh "$build/tests/heavy/heavy-arrow"
