#!/bin/bash
# Fuzzes every target of tests/fuzz for a number of seconds each:
#
#     scripts/fuzz.sh 30 [target …]
#
# It starts from the committed corpus; what it finds to be new stays in build-fuzz. An input that
# crashes is written into the committed corpus, where every test run replays it from then on.
set -euo pipefail
cd "$(dirname "$0")/.."

seconds=${1:?usage: scripts/fuzz.sh seconds [target …]}
shift
if [ ! -f build-fuzz/build.ninja ]; then
    CC=clang CXX=clang++ meson setup build-fuzz --buildtype=debug --optimization=1 \
        -Db_sanitize=address,undefined -Dtests=enabled -Dfuzzers=true
fi
ninja -C build-fuzz
if [ $# -eq 0 ]; then
    for program in build-fuzz/tests/fuzz/fuzz-*; do
        [ ! -f "$program" ] || set -- "$@" "${program##*/fuzz-}"
    done
fi

status=0
for target in "$@"; do
    corpus=tests/fuzz/corpus/$target
    found=build-fuzz/corpus/$target
    mkdir -p "$corpus" "$found"
    echo "fuzzing $target for $seconds s"
    "build-fuzz/tests/fuzz/fuzz-$target" -max_total_time="$seconds" -print_final_stats=1 \
        -verbosity=0 -artifact_prefix="$corpus/" "$found" "$corpus" || status=1
done
exit "$status"
