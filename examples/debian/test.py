#!/usr/bin/env python3
"""The demo as a user meets it: loaded twice it changes nothing, killed half-way it keeps what it
reported as saved. Its queries are without a warning, known without a server, and those that
docs/analytics.md shows.

    test.py TENON DEBIAN SCHEMA          with TENON_TEST_PG naming a PostgreSQL cluster
"""
import os
import pathlib
import re
import signal
import subprocess
import sys
import tempfile

COUNT = 12000
STANZA = """Package: p{i}
Status: install ok installed
Priority: optional
Section: s{section}
Installed-Size: {size}
Maintainer: M{person} <m{person}@example.org>
Architecture: amd64
Version: 1.{i}
Depends: p{half} (>= 1.0), p{third} | p{fifth}
Provides: v{i}
Description: package {i}
  with a second line

"""


def write_packages(path):
    with open(path, "w") as out:
        for i in range(COUNT):
            out.write(STANZA.format(i=i, section=i % 40, size=i % 977, person=i % 300,
                                    half=i // 2, third=i // 3, fifth=i // 5))


class Demo:
    def __init__(self, tenon, debian, schema, url):
        self.tenon, self.debian, self.schema = tenon, debian, schema
        self.environment = dict(os.environ, DATABASE_URL=url, NO_COLOR="1")
        subprocess.run([tenon, "db", "push", schema], env=self.environment, check=True,
                       stdout=subprocess.DEVNULL)

    def load(self, path):
        result = subprocess.run([self.debian, "--package", "p100", path], env=self.environment,
                                check=True, capture_output=True, text=True)
        return result.stdout

    def kill_half_way(self, path):
        process = subprocess.Popen([self.debian, path], env=self.environment, text=True,
                                   stderr=subprocess.PIPE, stdout=subprocess.DEVNULL)
        saved = 0
        for line in process.stderr:
            saved = int(re.search(r"saved (\d+)", line).group(1))
            if saved >= COUNT // 3:
                break
        process.send_signal(signal.SIGKILL)
        process.wait()
        return saved


def count_of(report):
    return int(report.split()[0])


def check(demo, folder):
    full, none = folder / "packages", folder / "none"
    write_packages(full)
    none.write_text("")
    saved = demo.kill_half_way(full)
    kept = count_of(demo.load(none))
    assert saved <= kept < COUNT, f"{saved} were reported as saved, {kept} are there"
    first = demo.load(full)
    assert count_of(first) == COUNT, first
    assert first == demo.load(full), "loading a second time changed something"
    assert "p50" in first and "packages in all" in first, first


def check_queries(tenon, schema, cluster):
    checked = subprocess.run([tenon, "sql", "check", "--strict", "--server", cluster, schema],
                             check=False, capture_output=True, text=True)
    assert checked.returncode == 0, checked.stderr
    with tempfile.TemporaryDirectory() as place:
        subprocess.run([tenon, "generate", "--server", "postgresql:///x?host=/nowhere",
                        "--output", place, schema], check=True, stdout=subprocess.DEVNULL)


def check_document(schema):
    example = pathlib.Path(schema).resolve().parent
    document = (example.parent.parent / "docs/analytics.md").read_text()
    files = "".join(path.read_text() for path in (example / "queries").glob("*.sql"))
    for shown in re.findall(r"^```sql\n(.*?)^```$", document, re.S | re.M):
        assert shown in files, f"docs/analytics.md shows what no query says:\n{shown}"


def main(tenon, debian, schema):
    check_queries(tenon, schema, os.environ["TENON_TEST_PG"])
    check_document(schema)
    with tempfile.TemporaryDirectory() as place:
        folder = pathlib.Path(place)
        check(Demo(tenon, debian, schema, f"sqlite:{folder}/debian.db"), folder)
        cluster = os.environ["TENON_TEST_PG"]
        name = f"debian_{os.getpid()}"
        subprocess.run(["psql", "-q", cluster, "-c", f"CREATE DATABASE {name}"], check=True)
        check(Demo(tenon, debian, schema, re.sub(r"///[^?]*", f"///{name}", cluster)), folder)
    print("2 databases, 0 failures")


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
