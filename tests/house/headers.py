"""Every public header, compiled alone.

    headers.py ROOT COMPILER [OPTION …]

A header that needs another one must include it, and a C program of 1999 or a C++ program may use
it. libuv's own header wants POSIX besides.
"""

import pathlib
import subprocess
import sys


def main():
    root = pathlib.Path(sys.argv[1])
    command = sys.argv[2:] + ["-Wall", "-Wextra", "-Werror", "-pedantic", "-fsyntax-only"]
    headers = sorted((root / "include/tenon").glob("*.h"))
    installed = (root / "include/tenon/meson.build").read_text()
    failed = 0
    for header in headers:
        source = 2 * f"#include <tenon/{header.name}>\n" + "extern int not_empty;\n"
        posix = ["-D_POSIX_C_SOURCE=200809L"] if header.name == "libuv.h" else []
        done = subprocess.run(
            [*command, *posix, "-I", str(root / "include"), "-"],
            input=source,
            text=True,
            check=False,
        )
        if done.returncode != 0:
            print(f"{header.name} does not compile alone: {' '.join(command)}")
            failed += 1
        if f"'{header.name}'" not in installed:
            print(f"{header.name} is not installed: see include/tenon/meson.build")
            failed += 1
    print(f"{len(headers)} headers, {failed} complaints")
    return 1 if failed or not headers else 0


if __name__ == "__main__":
    sys.exit(main())
