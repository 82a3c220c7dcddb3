"""Every public function is explained where it is declared, and every page of docs/ can be found.

    documented.py ROOT

A comment explains what stands below it up to the next empty line. A page is found when README.md,
or a page that is found, links to it.
"""

import pathlib
import re
import sys

PUBLIC = re.compile(r"^tenon_(?!_)\w+$")
# The name of what a line declares: the word before the first bracket that no macro stands before.
DECLARES = re.compile(r"^(?:[\w ]*[ *])?(tenon_\w+)\(")
LINK = re.compile(r"\]\(([\w./-]+\.md)(?:#[\w-]*)?\)")


def explained(header):
    """The functions that a header declares, each with whether a comment stands above."""
    is_explained, is_comment = False, False
    for line in header.read_text().splitlines():
        is_comment = is_comment or line.lstrip().startswith("/*")
        is_explained = is_comment or (is_explained and bool(line.strip()))
        if is_comment:
            is_comment = "*/" not in line
            continue
        declared = DECLARES.match(line)
        if declared and not line.startswith("static"):
            yield declared[1], is_explained


def check_functions(root):
    """Each exported function is declared in a header of include/tenon, below a comment."""
    known = {}
    for header in sorted((root / "include/tenon").glob("*.h")):
        for name, is_explained in explained(header):
            known[name] = known.get(name, False) or is_explained
    exported = (root / "tests/house/exported-symbols.txt").read_text().split()
    for name in sorted({word for word in exported if PUBLIC.match(word)}):
        if name not in known:
            yield f"{name} is exported, and no public header declares it"
        elif not known[name]:
            yield f"{name} has no comment above its declaration"


def check_pages(root):
    """Each page of docs/ is reached from README.md."""
    found, waiting = set(), [root / "README.md"]
    while waiting:
        page = waiting.pop()
        for link in LINK.findall(page.read_text()):
            target = (page.parent / link).resolve()
            if target not in found and target.is_file():
                found.add(target)
                waiting.append(target)
    for page in sorted((root / "docs").glob("*.md")):
        if page.resolve() not in found:
            yield f"nothing leads to {page.relative_to(root)}"


def main():
    root = pathlib.Path(sys.argv[1]).resolve()
    complaints = [*check_functions(root), *check_pages(root)]
    print("\n".join(complaints or ["every public function is explained, every page is found"]))
    return 1 if complaints else 0


if __name__ == "__main__":
    sys.exit(main())
