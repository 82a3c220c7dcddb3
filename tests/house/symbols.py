"""What leaves the libraries: the exported symbols are compared with exported-symbols.txt, with what
the public headers declare, and with what libtenon shows to the libraries beside it.

    symbols.py LIBTENON.SO …            compares; the libraries beside it follow
    symbols.py --update LIBTENON.SO …   writes the list anew, after the API has changed on purpose
"""

import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
LIST = ROOT / "tests/house/exported-symbols.txt"
DECLARATION = re.compile(r"\bTENON_API\b[^;{(]*?\b(\w+)\s*(?:\(|;)")


def symbols(which, libraries):
    listing = subprocess.run(
        ["nm", "-D", "-A", which, *libraries], capture_output=True, text=True, check=True
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


def internal(names):
    return {name for name in names if name.startswith("tenon__")}


def main():
    is_update = sys.argv[1] == "--update"
    libraries = sys.argv[2:] if is_update else sys.argv[1:]
    exported = symbols("--defined-only", libraries)
    if is_update:
        LIST.write_text("".join(name + "\n" for name in sorted(exported)))
        return 0
    listed = set(LIST.read_text().split())
    shared, wanted = internal(exported), internal(symbols("--undefined-only", libraries[1:]))
    complaints = [
        *differences(exported, listed, "exported", "in exported-symbols.txt"),
        *differences(declared_symbols(), exported - shared, "declared", "exported"),
        *differences(shared, wanted, "TENON__SHARED", "called by a library beside libtenon"),
    ]
    print("\n".join(complaints or [f"{len(exported)} symbols, as listed and as declared"]))
    if complaints:
        print("after a change on purpose: make symbols")
    return 1 if complaints else 0


if __name__ == "__main__":
    sys.exit(main())
