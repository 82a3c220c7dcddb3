"""What no source file may contain.

    text.py ROOT
"""

import pathlib
import re
import sys

FOLDERS = ["include", "lib", "tool", "tests", "bench", "examples", "scripts"]
NOT_OURS = ["tests/golden/", "tests/fuzz/corpus/", "tests/diagnostics/", "tests/house/text.py"]
ENDINGS = {".c", ".h", ".py", ".sh", ".build", ".cpp"}
RULES = [
    (re.compile(r"\b(TODO|FIXME|XXX|HACK)\b"), "unfinished work belongs in an issue"),
    (re.compile(r"[ \t]+$"), "ends in blanks"),
    (re.compile(r"^ *\t"), "is indented with a tab"),
    (re.compile(r"^.{101,}$"), "has more than 100 characters"),
    (re.compile(r"(?<![\w.])/(?:home|root|work)/"), "names a folder of one machine"),
    (re.compile(r"[/*#=-]{30,}$"), "is a banner"),
]


def complaints_of(name, text):
    for number, line in enumerate(text.splitlines(), 1):
        for rule, why in RULES:
            if rule.search(line) and not (why == "is a banner" and " ---- " in " " + line):
                yield f"{name}:{number}: {why}"
    if text and not text.endswith("\n"):
        yield f"{name}: does not end in a line end"


def main():
    root = pathlib.Path(sys.argv[1]).resolve()
    complaints, count = [], 0
    for folder in FOLDERS:
        for path in sorted((root / folder).rglob("*")):
            name = path.relative_to(root).as_posix()
            is_source = path.suffix in ENDINGS and path.is_file()
            if is_source and not name.startswith(tuple(NOT_OURS)) and "/build" not in name:
                complaints += complaints_of(name, path.read_text())
                count += 1
    print("\n".join(complaints or [f"{count} files are as they should be"]))
    return 1 if complaints else 0


if __name__ == "__main__":
    sys.exit(main())
