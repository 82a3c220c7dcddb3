"""What leaves the libraries: the exported symbols are compared with exported-symbols.txt and with
what the public headers declare.

    symbols.py LIBRARY.SO …            compares
    symbols.py --update LIBRARY.SO …   writes the list anew, after the API has changed on purpose
"""

import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
LIST = ROOT / "tests/house/exported-symbols.txt"
DECLARATION = re.compile(r"\bTENON_API\b[^;{(]*?\b(\w+)\s*(?:\(|;)")


def exported_symbols(libraries):
    listing = subprocess.run(
        ["nm", "-D", "-A", "--defined-only", *libraries], capture_output=True, text=True, check=True
    )
    return {line.split()[-1] for line in listing.stdout.splitlines()}


def declared_symbols():
    names = set()
    for header in (ROOT / "include/tenon").glob("*.h"):
        text = re.sub(r"/\*.*?\*/", "", header.read_text(), flags=re.S)
        text = re.sub(r"^#.*(?:\\\n.*)*", "", text, flags=re.M)
        names.update(DECLARATION.findall(text))
    return names


def differences(left, right, left_text, right_text):
    yield from (f"{name}: {left_text}, but not {right_text}" for name in sorted(left - right))
    yield from (f"{name}: {right_text}, but not {left_text}" for name in sorted(right - left))


def main():
    is_update = sys.argv[1] == "--update"
    exported = exported_symbols(sys.argv[2:] if is_update else sys.argv[1:])
    if is_update:
        LIST.write_text("".join(name + "\n" for name in sorted(exported)))
        return 0
    listed = set(LIST.read_text().split())
    declared = declared_symbols()
    complaints = [
        *differences(exported, listed, "exported", "in exported-symbols.txt"),
        *differences(declared, exported, "declared in include/tenon", "exported"),
    ]
    print("\n".join(complaints or [f"{len(exported)} symbols, as listed and as declared"]))
    if complaints:
        print("after a change on purpose: make symbols")
    return 1 if complaints else 0


if __name__ == "__main__":
    sys.exit(main())
