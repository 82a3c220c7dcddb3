#!/usr/bin/env python3
"""A program in C++ that uses generated code, built with g++ and clang++ and run on SQLite.

    run.py TENON INCLUDE LIBRARY

The generated source is compiled as C, as a program of both languages would do.
"""
import pathlib
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).parent
CXX = ["-std=c++17", "-pedantic", "-Wall", "-Wextra", "-Wconversion", "-Wshadow", "-Werror"]


def build_and_run(compiler, folder, tenon, include, library):
    place = pathlib.Path(library).parent
    url = f"sqlite:{folder}/{compiler}.db"
    program = f"{folder}/{compiler}"
    objects = [HERE / "main.cpp", f"{folder}/models.o", library, f"-Wl,-rpath,{place}"]
    run([compiler, *CXX, "-I", include, "-I", folder, *objects, "-o", program])
    run([tenon, "db", "push", "--url", url, HERE / "schema.prisma"])
    run([program, url])


def run(command):
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)


def main(tenon, include, library):
    with tempfile.TemporaryDirectory() as folder:
        run([tenon, "generate", "--output", folder, HERE / "schema.prisma"])
        source, out = f"{folder}/models.c", f"{folder}/models.o"
        run(["gcc", "-std=c99", "-I", include, "-c", source, "-o", out])
        for compiler in ["g++", "clang++"]:
            build_and_run(compiler, folder, tenon, include, library)


if __name__ == "__main__":
    main(*sys.argv[1:])
