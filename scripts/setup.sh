#!/bin/bash
# Sees to it that what tenon is built and tested with is there:
#
#     scripts/setup.sh build         what compiling needs
#     scripts/setup.sh build check   … and what the tests need
#
# Says nothing when nothing is missing. On Debian and Ubuntu it names the missing packages with the
# reason for each and installs them; elsewhere it only names them, by Debian's names, and fails.
set -euo pipefail

# group | package | how to see that it is there | what for
packages='
build|gcc|has gcc|compiles the library and the command
build|libc6-dev|has_header stdio.h|is the C library that they are compiled against
build|meson|has meson|describes the build
build|ninja-build|has ninja|runs the build
build|pkg-config|has pkg-config|finds the libraries
build|libpq-dev|has_library libpq|talks to PostgreSQL
build|libpg-query-dev|has_header pg_query.h|parses SQL as the server does
build|libprotobuf-c-dev|has_library libprotobuf-c|declares the trees that this parser makes
build|libzstd-dev|has_library libzstd|compresses what no form of tenon itself makes small
build|systemtap-sdt-dev|has_header sys/sdt.h|lets bpftrace and perf look on
build|libsqlite3-dev|has_library sqlite3|is the embedded database
check|g++|has g++|compiles the public headers as C++
check|clang|has clang|second compiler, with the sanitizers
check|libclang-rt-dev|has_sanitizers|address, undefined-behaviour and thread sanitizers, libFuzzer
check|lld|has ld.lld|links what is built with sanitizers in a third of the time
check|procps|has ps|finds the processes of a server that a test stops
check|llvm|has llvm-symbolizer|puts names into what the sanitizers report
check|clang-format|has clang-format|checks how the code is laid out
check|clang-tidy|has clang-tidy|looks for mistakes
check|cppcheck|has cppcheck|looks for mistakes of other kinds
check|libcmocka-dev|has_library cmocka|is the test framework
check|libuv1-dev|has_library libuv|is one of the event loops that tenon runs in
check|libevent-dev|has_library libevent_core|is another one
check|postgresql|has_server|is the database that the tests start for themselves
check|pgbouncer|has_pooler|stands between program and server in one of the tests
check|openssl|has openssl|makes the certificates of a test
check|prometheus|has promtool|says whether metrics and alert rules are what it takes
corpus|sqlite3|has sqlite3|shows what is in an SQLite file
versions|npm|has npm|fetches other versions of PostgreSQL
coverage|gcovr|has gcovr|adds up which lines ran
check|valgrind|has valgrind|counts the instructions of a call
bench|valgrind|has valgrind|counts instructions and allocations
bench|postgresql|has_server|is the database that the benchmark starts for itself
bench-peers|postgresql|has_server|is the database that the comparison with others starts for itself
bench-peers|g++|has g++|compiles the peers in C++, and better-sqlite3
bench-peers|make|has make|builds better-sqlite3
bench-peers|libsoci-dev|has_header_cpp soci/soci.h|is SOCI, one of the peers
bench-peers|libboost-dev|has_header_cpp boost/fusion/include/for_each.hpp|is what SOCI includes
bench-peers|libzdb-dev|has_library zdb|is libzdb, one of the peers
bench-peers|libecpg-dev|has ecpg|is ecpg, one of the peers
bench-peers|python3-sqlalchemy|has_python sqlalchemy|is SQLAlchemy, one of the peers
bench-peers|python3-django|has_python django|is Django, one of the peers
bench-peers|python3-psycopg2|has_python psycopg2|is how these two talk to PostgreSQL
bench-peers|nodejs|has node|runs Drizzle, Kysely, Prisma and TypeORM
bench-peers|npm|has npm|fetches them
'

fail() {
    echo "setup: $*" >&2
    exit 1
}

has() {
    command -v "$1" >/dev/null
}

has_header() {
    echo "#include <$1>" | gcc -E - >/dev/null 2>&1
}

has_header_cpp() {
    echo "#include <$1>" | g++ -E -x c++ - >/dev/null 2>&1
}

# For Debian's interpreter, to which Debian's packages belong.
has_python() {
    /usr/bin/python3 -c "import $1" 2>/dev/null
}

has_library() {
    pkg-config --exists "$1" 2>/dev/null
}

has_sanitizers() {
    has clang && compgen -G "$(clang -print-resource-dir)/lib/*/libclang_rt.asan*" >/dev/null
}

has_server() {
    has initdb || compgen -G '/usr/lib/postgresql/*/bin/initdb' >/dev/null
}

# Installed where only root looks for programs.
has_pooler() {
    has pgbouncer || [ -x /usr/sbin/pgbouncer ]
}

# Prints "package|reason" for each package of the given groups that is not there.
list_missing() {
    local group package check reason
    while IFS='|' read -r group package check reason; do
        case " $* " in
        *" $group "*) $check || echo "$package|$reason" ;;
        esac
    done <<<"$packages" | sort -u
}

install_packages() {
    local as_root=()
    if [ "$(id -u)" -ne 0 ]; then
        has sudo || fail "no right to install them: become root, or install sudo"
        as_root=(sudo)
    fi
    "${as_root[@]}" apt-get update -qq
    "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq \
        --no-install-recommends "$@" >/dev/null
}

[ $# -gt 0 ] || set -- build check corpus bench
missing=$(list_missing "$@")
[ -n "$missing" ] || exit 0

echo "setup: these packages are missing:" >&2
while IFS='|' read -r package reason; do
    printf '  %-20s %s\n' "$package" "$reason" >&2
done <<<"$missing"

has apt-get || fail "neither Debian nor Ubuntu: install what they are called here, then try again"
mapfile -t names < <(cut -d'|' -f1 <<<"$missing")
install_packages "${names[@]}"

missing=$(list_missing "$@")
[ -z "$missing" ] || fail "still missing: $(cut -d'|' -f1 <<<"$missing" | tr '\n' ' ')"
