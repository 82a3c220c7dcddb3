#!/bin/sh
# Changes of other people's schemas, theirs beside ours (tests/corpus/corpus_pairs.c says how).
set -eu
cd "$(dirname "$0")/.."
build=${BUILD:-build}
ninja -C "$build" tests/corpus/corpus-pairs >/dev/null
"$build/tests/corpus/corpus-pairs" "${TENON_CORPUS:-../shared/corpus}"
