"""docs/scorecard.md tells the truth: it has every capability once, and every test that it names
exists.

    scorecard.py ROOT

A cell is empty, or `n/a (why)`, or names tests as `tests/unit/area/test_file.c:name`, separated by
commas.
"""

import pathlib
import re
import sys

CAPABILITIES = 137
ROW = re.compile(r"^\| (\d+) \| (.+?) \| (.*?) ?\| (.*?) ?\|$")
TEST = re.compile(r"`(tests/[\w./-]+):([\w.-]+)`")


def judge_cell(root, cell):
    if not cell or re.fullmatch(r"n/a \(.+\)", cell):
        return
    for part in re.split(r", ", cell):
        found = TEST.fullmatch(part.strip())
        if not found:
            yield f"'{part}' is neither a test nor n/a (why)"
            continue
        file, name = root / found[1], found[2]
        if not file.is_file():
            yield f"there is no {found[1]}"
        elif not re.search(rf"\b{re.escape(name)}\b", file.read_text()):
            yield f"{found[1]} has no {name}"


def main():
    root = pathlib.Path(sys.argv[1])
    rows = [ROW.match(line) for line in (root / "docs/scorecard.md").read_text().splitlines()]
    rows = [row for row in rows if row]
    complaints = []
    if [int(row[1]) for row in rows] != list(range(1, CAPABILITIES + 1)):
        complaints.append(f"the rows are not numbered 1 to {CAPABILITIES}")
    for row in rows:
        for cell in (row[3], row[4]):
            complaints += [f"{row[1]}: {wrong}" for wrong in judge_cell(root, cell)]
    proved = [sum(bool(row[n]) for row in rows) for n in (3, 4)]
    print("\n".join(complaints or [f"PostgreSQL {proved[0]}, SQLite {proved[1]} of {len(rows)}"]))
    return 1 if complaints else 0


if __name__ == "__main__":
    sys.exit(main())
