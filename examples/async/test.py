#!/usr/bin/env python3
"""The examples serve a thousand sessions at once from one thread, on both databases.

    test.py TENON SCHEMA PROGRAM …       with TENON_TEST_PG naming a PostgreSQL cluster
"""
import os
import pathlib
import re
import subprocess
import sys
import tempfile


def run(tenon, schema, programs, url):
    environment = dict(os.environ, DATABASE_URL=url)
    subprocess.run([tenon, "db", "push", schema], env=environment, check=True,
                   stdout=subprocess.DEVNULL)
    for program in programs:
        said = subprocess.run([program, "1000"], env=environment, check=True, text=True,
                              capture_output=True).stdout
        print(said, end="")
        assert "1000 sessions at once, 0 failed" in said and "no money was lost" in said, said


def main(tenon, schema, *programs):
    with tempfile.TemporaryDirectory() as folder:
        run(tenon, schema, programs, f"sqlite:{pathlib.Path(folder)}/bank.db?synchronous=off")
    cluster = os.environ["TENON_TEST_PG"]
    name = f"bank_{os.getpid()}"
    subprocess.run(["psql", "-q", cluster, "-c", f"CREATE DATABASE {name}"], check=True)
    run(tenon, schema, programs, re.sub(r"///[^?]*", f"///{name}", cluster))


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
