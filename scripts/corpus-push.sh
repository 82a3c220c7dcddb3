#!/bin/sh
# For every application of the corpus: the database that `tenon db push` makes and the one that create.sql
# makes have the same catalogue. PostgreSQL is compared by what pg_dump prints, SQLite by its pragmas.
# Applications that need an extension which is not installed are named and counted apart.
#
#     scripts/corpus-push.sh TENON CORPUS          with TENON_TEST_PG naming a PostgreSQL cluster
set -eu
tenon=$1 corpus=$2
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
passed=0 failed=0 skipped=0

# The URL of a database of the cluster.
url_of() {
    echo "$TENON_TEST_PG" | sed "s|^postgresql:///[^?]*|postgresql:///$1|"
}

dump_postgresql() {
    pg_dump --schema-only --no-owner --no-privileges "$(url_of "$1")" |
        grep -vE '^(--|SET|SELECT pg_catalog|\\(un)?restrict|$)'
}

dump_sqlite() {
    sqlite3 "$1" "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY 1" |
        while read -r table; do
            echo "table $table"
            sqlite3 "$1" "SELECT * FROM pragma_table_xinfo('$table'); \
                SELECT * FROM pragma_foreign_key_list('$table') ORDER BY id, seq; \
                SELECT l.name, l.\"unique\", l.partial, x.seqno, x.name, x.\"desc\", x.coll \
                FROM pragma_index_list('$table') l, pragma_index_xinfo(l.name) x ORDER BY 1, 4; \
                SELECT instr(upper(sql), 'AUTOINCREMENT') > 0 FROM sqlite_schema WHERE name = '$table'"
        done
}

compare() {
    if diff "$work/theirs" "$work/ours" >"$work/diff"; then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
        echo "$1: the catalogues differ (< create.sql, > tenon)"
        head -20 "$work/diff"
    fi
}

try_sqlite() {
    rm -f "$work/theirs.db" "$work/ours.db"
    sqlite3 "$work/theirs.db" <"$2/create.sql"
    if ! "$tenon" db push --url "sqlite:$work/ours.db" "$2/schema.prisma" >"$work/log" 2>&1; then
        failed=$((failed + 1))
        echo "$1: $(head -3 "$work/log")"
        return
    fi
    dump_sqlite "$work/theirs.db" >"$work/theirs"
    dump_sqlite "$work/ours.db" >"$work/ours"
    compare "$1"
}

try_postgresql() {
    for database in theirs ours; do
        psql -q "$(url_of postgres)" -c "DROP DATABASE IF EXISTS $database" -c "CREATE DATABASE $database" 2>/dev/null
        # What the applications had installed before their first migration.
        for extension in citext pg_trgm pgcrypto uuid-ossp vector; do
            psql -q "$(url_of $database)" -c "CREATE EXTENSION \"$extension\"" 2>/dev/null || true
        done
    done
    if ! psql -q -v ON_ERROR_STOP=1 "$(url_of theirs)" <"$2/create.sql" >"$work/log" 2>&1; then
        skipped=$((skipped + 1))
        echo "$1: create.sql needs what is not here: $(grep -m1 ERROR "$work/log")"
        return
    fi
    if ! "$tenon" db push --url "$(url_of ours)" "$2/schema.prisma" >"$work/log" 2>&1; then
        failed=$((failed + 1))
        echo "$1: $(head -3 "$work/log")"
        return
    fi
    dump_postgresql theirs >"$work/theirs"
    dump_postgresql ours >"$work/ours"
    compare "$1"
}

for application in "$corpus"/apps/*/; do
    name=$(basename "$application")
    if [ ! -f "$application/create.sql" ]; then
        skipped=$((skipped + 1))
        echo "$name: has no create.sql: the schema is one that the language refuses"
        continue
    fi
    if grep -qE '^ *provider *= *"sqlite"' "$application/schema.prisma"; then
        try_sqlite "$name" "$application"
    else
        try_postgresql "$name" "$application"
    fi
done
echo "corpus-push: $passed passed, $failed failed, $skipped skipped"
[ "$failed" -eq 0 ]
