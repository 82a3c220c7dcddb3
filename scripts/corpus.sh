#!/bin/bash
# Runs every scripts/corpus-*.sh over the corpus of real applications, which lies outside this tree:
#
#     scripts/corpus.sh TENON CORPUS
set -euo pipefail
cd "$(dirname "$0")/.."

if [ ! -d "$2/apps" ]; then
    echo "corpus: there is no $2/apps; TENON_CORPUS says where the corpus is" >&2
    exit 1
fi
status=0
for script in scripts/corpus-*.sh; do
    "$script" "$(realpath "$1")" "$(realpath "$2")" || status=1
done
exit "$status"
