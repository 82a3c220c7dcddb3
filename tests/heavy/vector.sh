#!/bin/bash
# Vectors on a real pgvector: `make vector`.
#
#     tests/heavy/vector.sh build
#
# Debian has no package of pgvector. The server is PGlite of npm, PostgreSQL compiled to
# WebAssembly, which has it. It serves one session, so every part of this gets a server of its own,
# and the command, whose connections come one after another, names no statements there.
set -euo pipefail

fail() {
    echo "vector: $*" >&2
    exit 1
}

[ $# -eq 1 ] || fail "usage: tests/heavy/vector.sh build"
build=$(realpath "$1")
here=$(cd "$(dirname "$0")" && pwd)
tenon=$build/tenon
shelf=$here/../golden/shelf/schema.prisma
command -v npm >/dev/null || fail "npm is not installed; run scripts/setup.sh versions"

folder=$(mktemp -d /tmp/tenon-vector.XXXXXX)
server=
stop_server() {
    [ -z "$server" ] || kill "$server" 2>/dev/null || true
    [ -z "$server" ] || wait "$server" 2>/dev/null || true
    server=
}
trap 'stop_server; rm -rf "$folder"' EXIT

fetch_server() {
    npm install --prefix "$folder" --ignore-scripts --no-audit --no-fund --loglevel=error \
        @electric-sql/pglite@0.5.14 @electric-sql/pglite-pgvector@0.0.15 \
        @electric-sql/pglite-socket@0.2.17 >"$folder/npm.log" 2>&1 ||
        { cat "$folder/npm.log" >&2; fail "the server could not be fetched"; }
    cp "$here/pgvector.mjs" "$folder"
}

# Starts an empty server; $url names its database.
start_server() {
    stop_server
    rm -rf "$folder/socket"
    mkdir "$folder/socket"
    node "$folder/pgvector.mjs" "$folder/socket/.s.PGSQL.5432" >"$folder/server.log" 2>&1 &
    server=$!
    for _ in $(seq 300); do
        grep -q ready "$folder/server.log" && break
        sleep 0.2
    done
    grep -q ready "$folder/server.log" || { cat "$folder/server.log" >&2; fail "no server"; }
    url="postgresql://postgres@/postgres?host=$folder/socket&sslmode=disable"
}

sql() {
    psql "$url" -qAtc "$1"
}

push() {
    "$tenon" db push --url "$url&statement_cache=0" "$@" 2>&1
}

# The unit tests of vectors, all of them on both databases.
values_and_searches_pass_on_pgvector() {
    start_server
    sql 'CREATE EXTENSION vector'
    (cd "$here/../.." && TENON_VECTOR_URL=$url "$build/tests/test-model-vector")
}

a_missing_extension_is_named() {
    start_server
    push "$shelf" >"$folder/said" && fail "a database without the extension was taken"
    grep -q 'CREATE EXTENSION vector' "$folder/said" || { cat "$folder/said" >&2; fail "no hint"; }
}

index_definition() {
    sql "SELECT indexdef FROM pg_indexes WHERE indexname = 'Book_embedding_idx'"
}

an_index_is_made_compared_and_changed() {
    start_server
    sql 'CREATE EXTENSION vector'
    push "$shelf" >"$folder/said" || { cat "$folder/said" >&2; fail "the push failed"; }
    index_definition | grep -q 'USING hnsw (embedding vector_cosine_ops)' || fail "no index"
    push "$shelf" --dry-run >"$folder/said"
    ! grep -qi 'create\|drop\|alter' "$folder/said" || { cat "$folder/said" >&2; fail "drift"; }
    sed 's/hnsw, metric: cosine/ivfflat, metric: l2/' "$shelf" >"$folder/schema.prisma"
    push "$folder/schema.prisma" >"$folder/said" || { cat "$folder/said" >&2; fail "no change"; }
    index_definition | grep -q 'USING ivfflat (embedding)' || fail "the index was not changed"
    push "$folder/schema.prisma" --dry-run >"$folder/said"
    ! grep -qi 'create\|drop\|alter' "$folder/said" || { cat "$folder/said" >&2; fail "drift"; }
}

pull() {
    "$tenon" db pull --url "$url&statement_cache=0" "$@" 2>&1
}

# What is pulled, pushed into an empty database and pulled from there is the same text; a schema
# that is there is not touched; an index that the word cannot say is listed.
an_index_is_pulled_and_pushed_again() {
    start_server
    sql 'CREATE EXTENSION vector'
    push "$shelf" >"$folder/said" || { cat "$folder/said" >&2; fail "the push failed"; }
    cp "$shelf" "$folder/kept.prisma"
    pull "$folder/kept.prisma" >"$folder/said" || { cat "$folder/said" >&2; fail "no pull"; }
    cmp "$shelf" "$folder/kept.prisma" || fail "a schema that says the same was changed"
    pull --force "$folder/kept.prisma" >"$folder/said" || fail "no new pull"
    grep -q '/// @tenon.vectorIndex(hnsw, metric: cosine)' "$folder/kept.prisma" ||
        { cat "$folder/kept.prisma" >&2; fail "the word is missing"; }
    sql 'CREATE INDEX by_hand ON "Book" USING hnsw (embedding vector_l2_ops) WITH (m = 8)'
    cp "$folder/kept.prisma" "$folder/again.prisma"
    pull "$folder/again.prisma" >"$folder/said"
    grep -q 'by_hand.*@tenon.vectorIndex cannot say it' "$folder/said" || fail "not listed"
    cmp "$folder/kept.prisma" "$folder/again.prisma" || fail "what is only listed was written"
    sql 'DROP INDEX "Book_embedding_idx"'
    pull "$folder/again.prisma" >"$folder/said"
    ! grep -q vectorIndex "$folder/again.prisma" || fail "an index that is gone is still said"
    start_server
    sql 'CREATE EXTENSION vector'
    push "$folder/kept.prisma" >"$folder/said" || { cat "$folder/said" >&2; fail "no push"; }
    cp "$folder/kept.prisma" "$folder/again.prisma"
    pull --force "$folder/again.prisma" >"$folder/said"
    cmp "$folder/kept.prisma" "$folder/again.prisma" || fail "pull, push, pull is no fixed point"
}

fetch_server
for part in values_and_searches_pass_on_pgvector a_missing_extension_is_named \
    an_index_is_made_compared_and_changed an_index_is_pulled_and_pushed_again; do
    $part
    echo "vector: $part"
done
