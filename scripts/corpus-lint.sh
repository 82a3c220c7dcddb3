#!/bin/bash
# The linter over the migrations of the corpus: every file must be read to its end and understood,
# and the summary of each application is shown.
#
#     scripts/corpus-lint.sh TENON CORPUS
set -euo pipefail

tenon=$1
failed=0
read_count=0
for folder in "$2"/apps/*/migrations; do
    name=$(basename "$(dirname "$folder")")
    status=0
    findings=$("$tenon" migrate lint --fail-on never "$folder" 2>&1) || status=$?
    summary=$(tail -n 1 <<<"$findings")
    if [ "$status" -ne 0 ] || [[ $summary != *" statement"*": "* ]]; then
        echo "lint: $name: status $status: $summary"
        failed=1
    elif grep -q ' error 54 ' <<<"$findings"; then
        echo "lint: $name: not understood: $(grep -m 1 ' error 54 ' <<<"$findings")"
        failed=1
    else
        printf '%-40s %s\n' "$name" "$summary"
        read_count=$((read_count + 1))
    fi
done
echo "lint: $read_count histories were read"
exit "$failed"
