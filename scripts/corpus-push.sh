#!/bin/sh
# For every application of the corpus, and for the schemas that come with the migration expected of
# them: the database that `tenon db push` makes and the one that the SQL makes have the same
# catalogue. PostgreSQL is compared by what pg_dump prints, SQLite by its pragmas. What needs an
# extension that is not installed is named and counted apart.
#
#     scripts/corpus-push.sh TENON CORPUS          with TENON_TEST_PG naming a PostgreSQL cluster
set -eu
tenon=$1 corpus=$2
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
passed=0 failed=0 skipped=0

# What applications had installed before their first migration.
extensions="citext pg_trgm pgcrypto uuid-ossp vector"

# The URL of a database of the cluster.
url_of() {
    echo "$TENON_TEST_PG" | sed "s|^postgresql:///[^?]*|postgresql:///$1|"
}

dump_postgresql() {
    pg_dump --schema-only --no-owner --no-privileges "$(url_of "$1")" |
        grep -vE '^(--|SET|SELECT pg_catalog|\\(un)?restrict|$)'
}

list_tables() {
    sqlite3 "$1" "SELECT name FROM sqlite_schema
        WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY 1"
}

# In which order a table has its foreign keys means nothing.
dump_sqlite() {
    list_tables "$1" | while read -r table; do
        echo "table $table"
        sqlite3 "$1" "SELECT * FROM pragma_table_xinfo('$table');
            SELECT \"table\", group_concat(\"from\" || ' ' || \"to\"), on_update, on_delete, match
            FROM (SELECT * FROM pragma_foreign_key_list('$table') ORDER BY id, seq)
            GROUP BY id ORDER BY 2, 1;
            SELECT l.name, l.\"unique\", l.partial, x.seqno, x.name, x.\"desc\", x.coll
            FROM pragma_index_list('$table') l, pragma_index_xinfo(l.name) x ORDER BY 1, 4;
            SELECT instr(upper(sql), 'AUTOINCREMENT') > 0
            FROM sqlite_schema WHERE name = '$table'"
    done
}

compare() {
    if diff "$work/theirs" "$work/ours" >"$work/diff"; then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
        echo "$1: the catalogues differ (< the SQL, > tenon)"
        head -20 "$work/diff"
    fi
}

# push NAME SCHEMA URL
push() {
    if "$tenon" db push --url "$3" "$2" >"$work/log" 2>&1; then
        return 0
    fi
    failed=$((failed + 1))
    echo "$1: $(head -3 "$work/log")"
    return 1
}

# try_… NAME SCHEMA SQL
try_sqlite() {
    rm -f "$work/theirs.db" "$work/ours.db"
    sqlite3 "$work/theirs.db" <"$3"
    push "$1" "$2" "sqlite:$work/ours.db" || return 0
    dump_sqlite "$work/theirs.db" >"$work/theirs"
    dump_sqlite "$work/ours.db" >"$work/ours"
    compare "$1"
}

make_database() {
    psql -q "$(url_of postgres)" -c "DROP DATABASE IF EXISTS $1" -c "CREATE DATABASE $1" \
        2>/dev/null
    for extension in $extensions; do
        psql -q "$(url_of "$1")" -c "CREATE EXTENSION \"$extension\"" 2>/dev/null || :
    done
}

try_postgresql() {
    make_database theirs
    make_database ours
    if ! psql -q -v ON_ERROR_STOP=1 "$(url_of theirs)" <"$3" >"$work/log" 2>&1; then
        skipped=$((skipped + 1))
        echo "$1: the SQL needs what is not here: $(grep -m 1 ERROR "$work/log")"
        return
    fi
    push "$1" "$2" "$(url_of ours)" || return 0
    dump_postgresql theirs >"$work/theirs"
    dump_postgresql ours >"$work/ours"
    compare "$1"
}

try() {
    if grep -qE '^ *provider *= *"sqlite"' "$2"; then
        try_sqlite "$@"
    else
        try_postgresql "$@"
    fi
}

for application in "$corpus"/apps/*/; do
    if [ -f "$application/create.sql" ]; then # else its own engine refuses it
        try "$(basename "$application")" "$application/schema.prisma" "$application/create.sql"
    fi
done
for case in "$corpus"/psl/single_migration_tests/*.prisma; do
    if grep -qE '^// tags=(.*, *)?(postgres|sqlite)' "$case"; then
        sed '1,/^\/\/ Expected Migration:/d; s|^// \{0,1\}||' "$case" >"$work/expected.sql"
        try "$(basename "$case")" "$case" "$work/expected.sql"
    fi
done
echo "corpus-push: $passed passed, $failed failed, $skipped skipped"
[ "$failed" -eq 0 ]
