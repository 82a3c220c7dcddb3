#!/usr/bin/env python3
"""Programs that must not compile, each with the reason that the compiler must give.

    run.py TENON INCLUDE COMPILER...

The programs are compiled against what `TENON generate` writes for schema.prisma. gcc sees tenon's headers
as they lie in the tree and as system headers; clang only as they lie, because it is silent about enums in
macros of system headers (so they are installed where no compiler takes them for such). The first lines of a
program are the pattern expected of each compiler. `correct.c` must compile without a warning.
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
    return subprocess.run(command, capture_output=True, text=True, check=False, env={**os.environ, "LC_ALL": "C"})


def check(compiler, program, generated, include):
    result = compile_program(compiler, program, generated, include)
    if program.name == "correct.c":
        return result.returncode == 0 and not result.stderr, result.stderr
    kind = "clang" if "clang" in compiler else "gcc"
    pattern = re.search(rf"/\* {kind}: (.*) \*/", program.read_text()).group(1)
    return result.returncode != 0 and re.search(pattern, result.stderr), result.stderr or "it compiled"


def main(tenon, include, *compilers):
    failed = 0
    with tempfile.TemporaryDirectory() as generated:
        subprocess.run([tenon, "generate", "--output", generated, "--name", "models", HERE / "schema.prisma"], check=True, stdout=subprocess.DEVNULL)
        for program in sorted(HERE.glob("*.c")):
            for compiler in compilers:
                for way in ["-I"] if "clang" in compiler else ["-I", "-isystem"]:
                    is_right, said = check(compiler, program, generated, [way, include])
                    if not is_right:
                        failed += 1
                        print(f"{program.name}: {compiler} {way}: not the expected error:\n{said}")
    print(f"{len(list(HERE.glob('*.c')))} programs, {failed} failures")
    return failed > 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
