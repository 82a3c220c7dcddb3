#!/usr/bin/env python3
"""What `tenon generate` writes, byte by byte, and what compilers say to it: nothing.

    run.py TENON INCLUDE [--compare | --update]

Each folder holds a schema.prisma and the files expected of it. They compile without a warning as C99 with
gcc and clang, as C++20 with g++ and clang++, and the headers as C++17; a header's second inclusion adds
nothing. With --compare no compiler is asked; with --update the expected files are written anew, to be read
before they are committed.
"""
import pathlib
import shutil
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).parent
C = ["-x", "c", "-std=c99", "-pedantic", "-Wall", "-Wextra", "-Wconversion", "-Wshadow", "-Wstrict-prototypes",
     "-Wmissing-prototypes", "-Wcast-qual", "-Wformat=2", "-Wvla", "-Wwrite-strings", "-Wundef", "-Werror"]
CXX = ["-x", "c++", "-pedantic", "-Wall", "-Wextra", "-Wconversion", "-Wshadow", "-Wcast-qual",
       "-Wno-missing-field-initializers", "-Werror"]
COMMANDS = [
    ("*.c", ["gcc", *C]),
    ("*.c", ["clang", *C]),
    ("*.c", ["g++", "-std=c++20", *CXX]),
    ("*.c", ["clang++", "-std=c++20", *CXX]),
    ("*.h", ["g++", "-std=c++17", *CXX]),
    ("*.h", ["clang++", "-std=c++17", *CXX]),
]


def generate(tenon, case, folder):
    command = [tenon, "generate", "--output", folder, case]
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    return result.stderr if result.returncode else ""


def compare(case, folder):
    expected = {path.name: path.read_bytes() for path in case.glob("*.[ch]")}
    written = {path.name: path.read_bytes() for path in folder.iterdir()}
    for name in sorted(expected.keys() | written.keys()):
        if expected.get(name) != written.get(name):
            yield f"{name}: not as expected; run `make golden` and read the change"


def compile_all(folder, include):
    for pattern, command in COMMANDS:
        for path in sorted(folder.glob(pattern)):
            text = f'#include "{path}"\n' * (2 if path.suffix == ".h" else 1)
            whole = [*command, "-I", include, "-I", folder, "-fsyntax-only", "-"]
            result = subprocess.run(whole, input=text, capture_output=True, text=True, check=False)
            if result.returncode:
                yield f"{path.name}: {command[0]}: {result.stderr[:1500]}"


def check(tenon, include, case, folder, options):
    problem = generate(tenon, case, folder)
    if problem:
        return [problem]
    if "--update" in options:
        for path in case.glob("*.[ch]"):
            path.unlink()
        for path in folder.iterdir():
            shutil.copy(path, case)
    compiled = [] if "--compare" in options else compile_all(folder, include)
    return [*compare(case, folder), *compiled]


def main(tenon, include, *options):
    failures = 0
    cases = sorted(path.parent for path in HERE.glob("*/schema.prisma"))
    for case in cases:
        with tempfile.TemporaryDirectory() as folder:
            for problem in check(tenon, include, case, pathlib.Path(folder), options):
                failures += 1
                print(f"{case.name}: {problem}")
    print(f"{len(cases)} cases, {failures} failures")
    return failures > 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
