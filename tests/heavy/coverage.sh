#!/bin/bash
# How much of lib/ and tool/ the tests reach: `make coverage`.
#
# Builds everything once more with gcc's counters, runs all tests but those about the tree itself,
# prints the share of lines per folder and the files that lack most, and fails below 95 of 100
# lines. What nothing can reach, the compiler's own branches, is not counted.
set -euo pipefail

build=build-coverage
least=95

[ -f "$build/build.ninja" ] ||
    meson setup "$build" --buildtype=debug --optimization=1 -Db_coverage=true -Dtests=enabled \
        >/dev/null
ninja -C "$build" --quiet
find "$build" -name '*.gcda' -delete
scripts/with-postgres.sh meson test -C "$build" --no-rebuild --no-suite house \
    --timeout-multiplier 4 --print-errorlogs
gcovr --root . --filter lib/ --filter tool/ --object-directory "$build" -j 2 \
    --json-summary "$build/coverage.json" >/dev/null

python3 - "$build/coverage.json" "$least" <<'PYTHON'
import collections, json, sys

report, least = json.load(open(sys.argv[1])), float(sys.argv[2])
folders = collections.defaultdict(lambda: [0, 0])
for file in report["files"]:
    folder = folders["/".join(file["filename"].split("/")[:2])]
    folder[0] += file["line_covered"]
    folder[1] += file["line_total"]
for name, (covered, total) in sorted(folders.items()):
    print(f"{name:20} {100 * covered / total:5.1f} % of {total:6} lines")
print("most is missing in:")
missing = sorted((f["line_covered"] - f["line_total"], f["filename"]) for f in report["files"])
for lines, name in missing[:10]:
    print(f"  {-lines:4} lines of {name}")
lines, functions = report["line_percent"], report["function_percent"]
print(f"{lines} % of {report['line_total']} lines, {functions} % of functions")
sys.exit(lines < least)
PYTHON
