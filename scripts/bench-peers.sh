#!/bin/bash
# Compares tenon with other libraries:
#
#     scripts/bench-peers.sh BUILD [--quick] [--only PEER]… [--work WORK]…
#
# Builds the peers in C and C++ in BUILD, installs those of npm in BUILD/bench-peers (nothing of
# them is kept elsewhere), and runs bench/peers/run.py with a PostgreSQL of its own. What cannot be
# had is left out, and said.
set -euo pipefail

build=$1
shift
scripts/require-release.sh "$build"
folder=$build/bench-peers

say() {
    echo "bench-peers: $*" >&2
}

# better-sqlite3 is compiled where no binary can be fetched: with the headers of this node.
node_headers() {
    local prefix
    prefix=$(dirname "$(dirname "$(readlink -f "$(command -v node)")")")
    [ ! -e "$prefix/include/node/node.h" ] || export npm_config_nodedir=$prefix
}

# Prisma looks for an engine for migrations, which nobody here needs, and would fetch it.
generate_prisma() {
    for database in postgresql sqlite; do
        sed "s/@DATABASE@/$database/" prisma/schema.prisma >"$database.prisma"
        PRISMA_SCHEMA_ENGINE_BINARY=/bin/true CHECKPOINT_DISABLE=1 \
            npx --no-install prisma generate --schema "$database.prisma" >generate.log 2>&1 ||
            { cat generate.log >&2; return 1; }
    done
}

install_npm() (
    cp -r bench/peers/package.json bench/peers/package-lock.json bench/peers/prisma "$folder"
    cd "$folder"
    rm -f installed
    node_headers
    npm ci --no-audit --no-fund --loglevel=error >install.log 2>&1 ||
        { tail -n 20 install.log >&2; return 1; }
    generate_prisma
    touch installed
)

ninja -C "$build" bench-peers bench-sides >/dev/null
mkdir -p "$folder"
if ! command -v npm >/dev/null; then
    say "no npm: without the peers in JavaScript"
elif [ ! -e "$folder/installed" ] || [ bench/peers/package-lock.json -nt "$folder/installed" ]; then
    install_npm || say "npm could not install them: without the peers in JavaScript"
fi
cp bench/peers/peer.mjs bench/peers/*/*.mjs "$folder"
exec scripts/with-postgres.sh python3 bench/peers/run.py "$build" "$@"
