#!/bin/bash
# `tenon db pull` over the corpus:
#
# - the databases that come with the schema expected of them give that schema, but for what stands
#   in the table below with its reason;
# - a database that an application's own SQL has made changes no letter of the application's schema;
# - what is pulled afresh differs in nothing from its database, and pushed into an empty database
#   and pulled from there it is the same text: for every application, and for Chinook on both.
#
#     scripts/corpus-pull.sh TENON CORPUS          with TENON_TEST_PG naming a PostgreSQL cluster
set -euo pipefail
tenon=$1 corpus=$2
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
passed=0 failed=0 skipped=0
extensions="citext pg_trgm pgcrypto uuid-ossp vector"

# Where the expected schema is not what tenon writes: <what is written instead>|<why>.
declare -A otherwise=(
    [multiple_single_field_unique_indexes]='@@unique([thefield], map: "unq2")|three indexes are
three: were two left out, the next migration would drop them'
)

url_of() {
    echo "$TENON_TEST_PG" | sed "s|^postgresql:///[^?]*|postgresql:///$1|"
}

fresh_postgresql() {
    psql -qX "$TENON_TEST_PG" -c "DROP DATABASE IF EXISTS $1" -c "CREATE DATABASE $1" 2>/dev/null
}

pass() {
    passed=$((passed + 1))
}

fail() {
    failed=$((failed + 1))
    echo "$1: $2"
    [ $# -lt 3 ] || head -20 "$3"
}

# Models and enums without comments, blank lines and the width of columns.
models_of() {
    sed -E '/^(generator|datasource) /,/^}/d; /^ *\/\/\//d; /^ *$/d; s/ +/ /g' "$1"
}

# ---- schemas that are expected ----

database_of() { # SQL-FILE PROVIDER; prints the URL
    if [ "$2" = sqlite ]; then
        rm -f "$work/expected.db"
        sqlite3 "$work/expected.db" <"$1" && echo "sqlite:$work/expected.db"
    else
        fresh_postgresql pull_expected
        psql -qX -v ON_ERROR_STOP=1 "$(url_of pull_expected)" -f "$1" >/dev/null 2>&1 &&
            url_of pull_expected
    fi
}

check_expected() {
    local file=$1 provider=$2 name url
    name=$(basename "$file" .sql)
    sed -n '/^generator /,$p' "$file" | sed '/^\*\//d' >"$work/expected"
    url=$(database_of "$file" "$provider") || { skipped=$((skipped + 1)); return; }
    grep -q '"views"' "$work/expected" || sed -n '/^datasource/,/^}/p' "$work/expected" >"$work/s"
    ! grep -q '"views"' "$work/expected" || sed '/^model /,$d' "$work/expected" >"$work/s"
    if ! "$tenon" db pull --print --url "$url" "$work/s" >"$work/ours" 2>"$work/err"; then
        fail "$name" "cannot be pulled" "$work/err"
    elif diff <(models_of "$work/expected") <(models_of "$work/ours") >"$work/diff"; then
        pass
    elif [ -n "${otherwise[$name]:-}" ] && grep -qF "${otherwise[$name]%%|*}" "$work/diff"; then
        echo "$name: differs on purpose (${otherwise[$name]#*|})"
        pass
    else
        fail "$name" "another schema is expected" "$work/diff"
    fi
}

for file in $(grep -rlE '^-- tags=.*(postgres|sqlite)' "$corpus/psl/introspection" | sort); do
    provider=$(sed -n 's/^ *provider *= *"\(postgresql\|sqlite\)"/\1/p' "$file" | head -1)
    [ -z "$provider" ] || check_expected "$file" "$provider"
done

# ---- applications, and the way there and back ----

check_fixed_point() { # NAME URL
    local again=sqlite:$work/again.db
    rm -f "$work/first" "$work/second" "$work/again.db"
    if [ "${2#sqlite}" = "$2" ]; then
        fresh_postgresql pull_again
        again=$(url_of pull_again)
    fi
    if "$tenon" db pull --url "$2" "$work/first" >/dev/null 2>"$work/err" &&
        "$tenon" migrate diff --from-url "$2" --to-schema "$work/first" --exit-code 2>&1 |
        grep -v "warning\|^ " >"$work/err" && grep -qx "no difference" "$work/err" &&
        "$tenon" db push --url "$again" "$work/first" >/dev/null 2>"$work/err" &&
        "$tenon" db pull --url "$again" "$work/second" >/dev/null 2>"$work/err"; then
        diff "$work/first" "$work/second" >"$work/diff" && pass ||
            fail "$1" "pulled, pushed and pulled is another schema" "$work/diff"
    else
        fail "$1" "cannot be pulled, pushed and pulled" "$work/err"
    fi
}

check_unchanged() { # NAME URL SCHEMA
    cp "$3" "$work/schema.prisma"
    chmod u+w "$work/schema.prisma"
    if ! "$tenon" db pull --url "$2" "$work/schema.prisma" >/dev/null 2>"$work/err"; then
        fail "$1" "cannot be pulled over its schema" "$work/err"
    else
        diff "$3" "$work/schema.prisma" >"$work/diff" && pass ||
            fail "$1" "pulling has changed the schema" "$work/diff"
    fi
}

make_application() { # FOLDER; prints the URL
    if grep -qE '^ *provider *= *"sqlite"' "$1/schema.prisma"; then
        rm -f "$work/app.db"
        sqlite3 "$work/app.db" <"$1/create.sql" && echo "sqlite:$work/app.db"
        return
    fi
    fresh_postgresql pull_app
    for extension in $extensions; do
        grep -qE "$extension|gin_trgm|CITEXT|gen_salt|uuid_generate" "$1/create.sql" || continue
        psql -qX "$(url_of pull_app)" -c "CREATE EXTENSION \"$extension\"" >/dev/null 2>&1 || true
    done
    psql -qX -v ON_ERROR_STOP=1 "$(url_of pull_app)" -f "$1/create.sql" >/dev/null 2>&1 &&
        url_of pull_app
}

for folder in "$corpus"/apps/*/; do
    name=$(basename "$folder")
    # A view is not made by the SQL: the schema has one and the database does not.
    if [ ! -f "$folder/create.sql" ] || grep -q '^view ' "$folder/schema.prisma" ||
        ! url=$(make_application "$folder"); then
        skipped=$((skipped + 1))
        continue
    fi
    check_unchanged "$name" "$url" "$folder/schema.prisma"
    check_fixed_point "$name" "$url"
done

if [ -d "$corpus/databases" ]; then
    cp "$corpus/databases/chinook.sqlite" "$work/chinook.db"
    check_fixed_point "Chinook on SQLite" "sqlite:$work/chinook.db"
    psql -qX "$TENON_TEST_PG" -f "$corpus/databases/chinook_pg.sql" >/dev/null 2>&1
    check_fixed_point "Chinook on PostgreSQL" "$(url_of chinook)"
    psql -qX "$TENON_TEST_PG" -c 'DROP DATABASE IF EXISTS chinook'
fi

echo "corpus-pull: $passed as expected, $failed not, $skipped not to be made here"
[ "$failed" -eq 0 ]
