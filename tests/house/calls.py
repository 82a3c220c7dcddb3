"""What the library calls: the undefined symbols of its objects are held against calls.txt.

    calls.py ROOT LIBTENON.A …

The archives' members are named after their sources, lib_db_wait.c.o for lib/db/wait.c.
"""

import pathlib
import re
import subprocess
import sys


def read_rules(path):
    """Function → (where it may be called, why)."""
    rules = {}
    for line in path.read_text().splitlines():
        if line and not line.startswith("#"):
            name, where, why = line.split(None, 2)
            rules[name] = (where, why)
    return rules


def calls_of(archives):
    """(member, function) for each function that a member needs from elsewhere. Hardened builds call
    __poll_chk where the source says poll."""
    listing = subprocess.run(
        ["nm", "-A", "--undefined-only", *archives], capture_output=True, text=True, check=True
    )
    for line in listing.stdout.splitlines():
        found = re.match(r".*:([^:]+\.o): +U (\w+)", line)
        if found:
            yield found[1], re.sub(r"^__(isoc99_)?(\w+?)(_chk)?$", r"\2", found[2])


def is_within(member, where):
    return any(member.startswith(place.replace("/", "_")) for place in where.split(","))


def main():
    root, archives = pathlib.Path(sys.argv[1]), sys.argv[2:]
    rules = read_rules(root / "tests/house/calls.txt")
    complaints = []
    members = set()
    for member, function in calls_of(archives):
        members.add(member)
        where, why = rules.get(function, (None, ""))
        if where and not is_within(member, where):
            allowed = "nobody may" if where == "-" else f"only {where} may"
            complaints.append(f"{member} calls {function}; {allowed}: {why}")
    if not members:
        complaints.append("the archives have no members")
    print("\n".join(complaints or [f"{len(members)} objects call nothing that they may not"]))
    return 1 if complaints else 0


if __name__ == "__main__":
    sys.exit(main())
