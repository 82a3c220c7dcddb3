#!/bin/sh
# The schema language against other people's schemas (tests/corpus/corpus_schema.c says how).
set -eu
cd "$(dirname "$0")/.."
build=${BUILD:-build}
ninja -C "$build" tests/corpus/corpus-schema >/dev/null
"$build/tests/corpus/corpus-schema" "${TENON_CORPUS:-../shared/corpus}"
