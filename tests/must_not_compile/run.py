#!/usr/bin/env python3
"""Programs that must not compile, each with the reason that the compiler must give.

    run.py TENON INCLUDE COMPILER...

The programs are compiled against what `TENON generate` writes for schema.prisma. gcc sees tenon's
headers as they lie in the tree and as system headers; clang only as they lie, because it is silent
about enums in macros of system headers (so they are installed where no compiler takes them for
such). The first lines of a program are the pattern expected of each compiler; without one it must
compile without a warning.
"""
import os
import pathlib
import re
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).parent
FLAGS = ["-std=c99", "-pedantic", "-Wall", "-Wextra", "-Wconversion", "-fsyntax-only"]


def compile_program(compiler, program, generated, include):
    command = [compiler, *FLAGS, *include, "-I", generated, str(program)]
    plain = {**os.environ, "LC_ALL": "C"}
    return subprocess.run(command, capture_output=True, text=True, check=False, env=plain)


def check(compiler, program, generated, include):
    result = compile_program(compiler, program, generated, include)
    kind = "clang" if "clang" in compiler else "gcc"
    pattern = re.search(rf"/\* {kind}: (.*) \*/", program.read_text())
    if not pattern:
        return result.returncode == 0 and not result.stderr, result.stderr
    is_right = result.returncode != 0 and re.search(pattern[1], result.stderr)
    return is_right, result.stderr or "it compiled"


def generate(tenon, folder):
    command = [tenon, "generate", "--output", folder, "--name", "models", HERE / "schema.prisma"]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)


def main(tenon, include, *compilers):
    failed = 0
    programs = sorted(HERE.glob("*.c"))
    with tempfile.TemporaryDirectory() as generated:
        generate(tenon, generated)
        for program in programs:
            for compiler in compilers:
                for way in ["-I"] if "clang" in compiler else ["-I", "-isystem"]:
                    is_right, said = check(compiler, program, generated, [way, include])
                    if not is_right:
                        failed += 1
                        print(f"{program.name}: {compiler} {way}: not as expected:\n{said}")
    print(f"{len(programs)} programs, {failed} failures")
    return failed > 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
