#!/bin/sh
# For every application of the corpus: the C that tenon generates must compile without a warning
# under the project's flags with gcc and clang, and as C++.
#
#     scripts/corpus-generate.sh TENON CORPUS
set -eu
tenon=$1 corpus=$2
root=$(cd "$(dirname "$0")/.." && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
warnings="-Wall -Wextra -Wpedantic -Wconversion -Wshadow -Wstrict-prototypes -Wmissing-prototypes
    -Wcast-qual -Wformat=2 -Wvla -Wwrite-strings -Werror"
cxx_warnings="-Wall -Wextra -Wshadow -Wcast-qual -Werror"
passed=0 failed=0

try() {
    if "$@" >"$work/log" 2>&1; then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
        echo "failed: $*"
        head -5 "$work/log"
    fi
}

for application in "$corpus"/apps/*/; do
    name=$(basename "$application")
    output=$work/$name
    if [ ! -f "$application/create.sql" ]; then # the language refuses it, and so must tenon
        try sh -c "! '$tenon' validate '$application/schema.prisma'"
        continue
    fi
    try "$tenon" generate --output "$output" --name models "$application/schema.prisma"
    [ -f "$output/models.c" ] || continue
    for compiler in gcc clang; do
        # shellcheck disable=SC2086
        try $compiler -std=c99 $warnings -I "$root/include" -c "$output/models.c" -o /dev/null
    done
    for compiler in g++ clang++; do
        flags="-x c++ $cxx_warnings -I $root/include"
        # shellcheck disable=SC2086
        try $compiler -std=c++20 $flags -c "$output/models.c" -o /dev/null
        # shellcheck disable=SC2086
        try $compiler -std=c++17 $flags -fsyntax-only "$output/models.h"
    done
    if grep -nE 'system_header|diagnostic ignored' "$output"/models.*; then
        failed=$((failed + 1))
    fi
done
echo "corpus-generate: $passed passed, $failed failed"
[ "$failed" -eq 0 ]
