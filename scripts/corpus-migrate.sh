#!/bin/sh
# The history of every application of the corpus, replayed by `tenon migrate deploy`: the database
# is the one that the files make when each is given to the server as it stands; a second run has
# nothing to do, and status nothing to tell. What needs an extension that is not installed, and what
# the server itself refuses as a file, is named and counted apart. A history that names the schema
# it lives in ("api".campaign_types) is of a team whose URL says ?schema=api: it is replayed there.
#
#     scripts/corpus-migrate.sh TENON CORPUS       with TENON_TEST_PG naming a PostgreSQL cluster
set -eu
tenon=$1 corpus=$2
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
passed=0 failed=0 skipped=0

# What applications had installed before their first migration, where they live in public.
extensions="citext pg_trgm pgcrypto uuid-ossp vector"

# The URL of a database of the cluster.
url_of() {
    echo "$TENON_TEST_PG" | sed "s|^postgresql:///[^?]*|postgresql:///$1|"
}

make_database() {
    psql -q "$(url_of postgres)" -c "DROP DATABASE IF EXISTS $1" -c "CREATE DATABASE $1" \
        2>/dev/null
    if [ "$2" != public ]; then
        psql -q "$(url_of "$1")" -c "CREATE SCHEMA $2"
        return
    fi
    for extension in $extensions; do
        psql -q "$(url_of "$1")" -c "CREATE EXTENSION \"$extension\"" 2>/dev/null || :
    done
}

dump_postgresql() {
    pg_dump --schema-only --no-owner --no-privileges --exclude-table='*._prisma_migrations' \
        --exclude-table='*._tenon_steps' --exclude-schema=_tenon_kept "$(url_of "$1")" |
        grep -vE '^(--|SET|SELECT pg_catalog|\\(un)?restrict|$)'
}

dump_sqlite() {
    sqlite3 "$1" "SELECT type, name, tbl_name, sql FROM sqlite_schema
        WHERE tbl_name NOT IN ('_prisma_migrations', '_tenon_steps') ORDER BY 1, 2"
}

fail() {
    failed=$((failed + 1))
    echo "$1: $2"
    tail -5 "$work/log"
}

# Whole files, one simple query each, as the language's own engine sends them; in a schema.
replay_in() {
    make_database theirs "$2"
    for file in "$1"/migrations/*/migration.sql; do
        PGOPTIONS="-c search_path=$2" psql -q -v ON_ERROR_STOP=1 "$(url_of theirs)" \
            -c "$(cat "$file")" >"$work/log" 2>&1 || return 1
    done
    make_database ours "$2"
    url="$(url_of ours)&schema=$2"
}

replay_postgresql() {
    ! replay_in "$1" public || return 0
    schema=$(sed -n 's/^ERROR:.* relation "\([a-z_]*\)\.[^"]*" does not exist$/\1/p' "$work/log")
    [ -n "$schema" ] && replay_in "$1" "$schema"
}

replay_sqlite() {
    rm -f "$work"/*.db*
    for file in "$1"/migrations/*/migration.sql; do
        sqlite3 -bail "$work/theirs.db" <"$file" >"$work/log" 2>&1 || return 1
    done
    url=sqlite:$work/ours.db
}

compare() {
    case $url in
    sqlite:*)
        dump_sqlite "$work/theirs.db" >"$work/theirs"
        dump_sqlite "$work/ours.db" >"$work/ours"
        ;;
    *)
        dump_postgresql theirs >"$work/theirs"
        dump_postgresql ours >"$work/ours"
        ;;
    esac
    diff "$work/theirs" "$work/ours" >"$work/log"
}

migrate() {
    "$tenon" migrate "$@" --url "$url" --migrations "$folder" >"$work/log" 2>&1
}

try() {
    name=$(basename "$1") folder=$1/migrations
    kind=postgresql
    ! grep -q '^provider *= *"sqlite"' "$folder/migration_lock.toml" || kind=sqlite
    if ! "replay_$kind" "$1"; then
        skipped=$((skipped + 1))
        echo "$name: the files need what is not here: $(grep -m 1 -iE 'error' "$work/log")"
        return
    fi
    migrate deploy --accept-existing || { fail "$name" "deploy failed"; return; }
    compare || { fail "$name" "the catalogues differ (< the files, > tenon)"; return; }
    migrate deploy && grep -q '^nothing to do' "$work/log" ||
        { fail "$name" "deploy again"; return; }
    migrate status || { fail "$name" "status"; return; }
    passed=$((passed + 1))
}

for application in "$corpus"/apps/*/; do
    try "${application%/}"
done
echo "corpus-migrate: $passed passed, $failed failed, $skipped skipped"
[ "$failed" -eq 0 ]
