#!/usr/bin/env python3
"""What README.md and docs/ show must work: C blocks compile, programs and shell lines run.

    run.py ROOT BUILD [PAGE…]

The first `prisma` block of a document is its schema.prisma. A `c` block that begins with a name,
`/* queue.c */`, becomes that file; one with a main is a program, main.c. Any other is the inside of
a function that has `tenon_session *s`. `sh` blocks run in order in a folder of their own, with
`tenon` on the PATH and the library where pkg-config finds it. $POSTGRES_URL is an empty database,
and nothing where no server is; of a line that starts with `make` or `scripts/` only the target or
the script is looked up. `text` blocks, and those of documents without a schema, are only read by
people.
"""
import os
import pathlib
import re
import subprocess
import sys
import tempfile

WRAPPER = """#include <stdio.h>
#include <stdlib.h>
#include <tenon/tenon.h>
#include "%s.h"
void block(tenon_session *s);
void block(tenon_session *s)
{
    (void)s;
    {
%s
    }
}
"""
DATASOURCE = 'datasource db {\n  provider = "postgresql"\n  url = env("DATABASE_URL")\n}\n'
FLAGS = ["-std=c99", "-Wall", "-Wextra", "-Wno-unused-variable", "-Wno-shadow", "-Werror"]


def blocks_of(document):
    text = document.read_text()
    return [(m.group(1), m.group(2), text[: m.start()].count("\n") + 2)
            for m in re.finditer(r"^```(\w+)\n(.*?)^```$", text, re.S | re.M)]


def server_environment():
    """Where the server is that the tests have, if they have one: also for what is tried out."""
    server = os.environ.get("TENON_TEST_PG", "")
    if not server:
        return {"POSTGRES_URL": ""}
    return {
        "POSTGRES_URL": re.sub("///[^?]*", "///tenon_docs", server),
        "TENON_SCRATCH_URL": server,
    }


def run(command, folder, environment):
    result = subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, check=False
    )
    return None if result.returncode == 0 else result.stdout + result.stderr


class Checker:
    def __init__(self, root, build):
        self.root, self.build, self.count, self.failures = root, build, 0, 0
        self.environment = dict(
            os.environ,
            PATH=f"{build}:{os.environ['PATH']}",
            PKG_CONFIG_PATH=f"{build}/meson-uninstalled",
            LD_LIBRARY_PATH=str(build),
            **server_environment(),
        )

    def tell(self, document, line, problem):
        self.count += 1
        if problem:
            self.failures += 1
            print(f"{document.relative_to(self.root)}:{line}: {problem}")

    def check_shell(self, document, line, text, folder):
        makefile = (self.root / "Makefile").read_text()
        lines = []
        for command in text.splitlines():
            if command.startswith("make "):
                target = command.split()[1]
                is_there = f"\n{target}:" in makefile
                self.tell(document, line, None if is_there else f"no target {target}")
            elif command.startswith("scripts/"):
                script = command.split()[0]
                is_there = (self.root / script).is_file()
                self.tell(document, line, None if is_there else f"no {script}")
            else:
                lines.append(command)
        script = ["bash", "-euc", "\n".join(lines)]
        self.tell(document, line, run(script, folder, self.environment))

    def make_database(self, document):
        """An empty one on the server, for a document that asks for it; it goes with the server."""
        url = self.environment["POSTGRES_URL"]
        if url and "$POSTGRES_URL" in document.read_text():
            server = os.environ["TENON_TEST_PG"]
            for words in ("DROP DATABASE IF EXISTS tenon_docs", "CREATE DATABASE tenon_docs"):
                self.tell(document, 1, run(["psql", "-qX", server, "-c", words], None, None))

    def check_c(self, document, line, text, folder, name):
        named = re.match(r"/\* ([\w.-]+\.[ch]) \*/\n", text)
        if named:
            source = folder / named.group(1)
            source.write_text(text)
        elif "int main(" in text:
            (folder / "main.c").write_text(text)
            source = folder / "main.c"
        else:
            source = folder / "block.c"
            source.write_text(WRAPPER % (name, text))
        include = ["-I", self.root / "include", "-I", folder]
        command = ["gcc", *FLAGS, *include, "-fsyntax-only", source]
        self.tell(document, line, run(command, folder, self.environment))

    def check_document(self, document):
        blocks = blocks_of(document)
        self.make_database(document)
        with tempfile.TemporaryDirectory() as place:
            folder = pathlib.Path(place)
            schema = next((text for kind, text, _ in blocks if kind == "prisma"), None)
            name = "models"
            if schema:
                (folder / "schema.prisma").write_text(schema)
                named = re.search(r'name\s*=\s*"(\w+)"', schema)
                name = named.group(1) if named else name
                self.tell(document, 1, run(["tenon", "generate"], folder, self.environment))
            for kind, text, line in blocks:
                if kind == "c" and schema:
                    self.check_c(document, line, text, folder, name)
                elif kind == "sh":
                    self.check_shell(document, line, text, folder)
                elif kind == "prisma" and text != schema:
                    self.check_schema(document, line, text, folder)

    def check_schema(self, document, line, text, folder):
        if "datasource" not in text:
            text = DATASOURCE + text
        other = folder / "other.prisma"
        other.write_text(text)
        self.tell(document, line, run(["tenon", "validate", other], folder, self.environment))


def main(root, build, *names):
    checker = Checker(pathlib.Path(root).resolve(), pathlib.Path(build).resolve())
    pages = sorted((checker.root / "docs").glob("*.md"))
    for document in [checker.root / "README.md", *pages]:
        if not names or document.name in names:
            checker.check_document(document)
    print(f"{checker.count} blocks, {checker.failures} failures")
    return checker.failures > 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
