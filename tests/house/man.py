"""The man page knows every command that the program knows.

    man.py ROOT TENON
"""

import pathlib
import re
import subprocess
import sys


def main():
    page = (pathlib.Path(sys.argv[1]) / "docs/man/tenon.1").read_text()
    told = subprocess.run([sys.argv[2], "help"], capture_output=True, text=True, check=True).stdout
    commands = re.findall(r"^  (\w[\w ]*\w)  ", told, re.M)
    described = re.findall(r"^\.It Cm (.+)$", page, re.M)
    complaints = [f"docs/man/tenon.1 has no '{name}'" for name in commands if name not in described]
    complaints += [f"tenon help has no '{name}'" for name in described if name not in commands]
    print("\n".join(complaints or [f"{len(commands)} commands, each in the man page"]))
    return 1 if complaints or not commands else 0


if __name__ == "__main__":
    sys.exit(main())
