#!/usr/bin/env python3
"""Queries that another tool's tests hold, with the types that it gives them, against what tenon says.

    sqlc.py TENON CORPUS [--all]

Each folder of the corpus has a schema and queries for PostgreSQL or SQLite. Its database is made by the
database's own client, `tenon db pull` makes a schema of it, and `tenon sql check --json` looks at the
queries. Compared are the number of parameters and columns, their types, and what may be NULL. What differs
is listed; docs/sql-files.md says of each kind of difference who is right and why. The status is 1 when a
query that the database accepts is not understood, or a difference is not of a known kind.
"""
import collections
import json
import os
import pathlib
import re
import sqlite3
import subprocess
import sys
import tempfile

KINDS = {"one": "one", "many": "many", "exec": "exec", "execresult": "rows", "execrows": "rows",
         "execlastid": "exec", "batchone": "batch", "batchmany": "batch", "batchexec": "batch"}
# Go's types without what says NULL; several of ours may be one of theirs.
GO = {"int16": "SmallInt", "int32": "Int", "int64": "BigInt", "string": "String", "bool": "Boolean",
      "float32": "Real", "float64": "Float", "[]byte": "Bytes", "time.Time": "DateTime",
      "json.RawMessage": "Json", "uuid.UUID": "Uuid", "String": "String", "Int16": "SmallInt",
      "Int32": "Int", "Int64": "BigInt", "Bool": "Boolean", "Float64": "Float", "Float32": "Real",
      "Time": "DateTime", "UUID": "Uuid", "Int2": "SmallInt", "Int4": "Int", "Int8": "BigInt",
      "Text": "String", "Numeric": "Decimal", "Timestamp": "DateTime", "Timestamptz": "DateTime",
      "Date": "Date", "Interval": "Interval", "JSONB": "Json"}
SAME = {"VarChar": "String", "Char": "String", "Citext": "String", "Timestamptz": "DateTime",
        "JsonText": "Json", "Date": "DateTime", "Time": "DateTime", "Timetz": "DateTime"}


def go_type(text):
    """The type, whether it is a list, and whether NULL is a value of it; None where it says nothing."""
    is_list = text.startswith("[]") and text != "[]byte"
    text = text[2:] if is_list else text
    nullable = bool(re.match(r"\*|sql\.Null|Null|null|orm\.Null|uuid\.Null|t\.", text))
    is_pgtype = text.startswith("pgtype.")
    name = re.sub(r"^\*|^sql\.Null|^uuid\.Null(?=UUID)|^Null|^[a-z_0-9]+\.Null|^pgtype\.|^null(_v4)?\.|^t\.", "", text)
    if text in ("json.RawMessage", "time.Time", "uuid.UUID"):
        name = text
    return GO.get(name), is_list, None if is_pgtype and name not in ("Text", "Int4", "Int8", "Int2", "Bool") else \
        nullable or is_pgtype


def our_type(value):
    return SAME.get(value["type"], value["type"])


class Folder:
    def __init__(self, tenon, path, engine, cases, work):
        self.tenon, self.path, self.engine, self.cases, self.work = tenon, path, engine, cases, work

    def make_database(self, number):
        schema = "".join(p.read_text() + ";\n" for p in sorted(self.path.glob("**/*schema*.sql")) or [])
        if not schema:
            schema = "".join(p.read_text() + ";\n" for p in sorted(self.path.glob("*.sql")) if "query" not in p.name)
        schema = re.split(r"^-- (?:\+goose Down|migrate:down)", schema, flags=re.M)[0]
        if self.engine == "sqlite":
            file = self.work / f"{number}.db"
            with sqlite3.connect(file) as database:
                database.executescript(schema)
            return f"sqlite:{file}"
        server = os.environ["TENON_TEST_PG"]
        name = f"sqlc_{number}"
        psql = ["psql", "-q", "-v", "ON_ERROR_STOP=1", "-X"]
        subprocess.run([*psql, server, "-c", f"CREATE DATABASE {name} TEMPLATE template0"], check=True)
        url = server.replace("/postgres?", f"/{name}?")
        subprocess.run([*psql, url], input=schema, text=True, check=True, capture_output=True)
        return url

    def pull(self, url, number):
        file = self.work / f"{number}.prisma"
        provider = "sqlite" if self.engine == "sqlite" else "postgresql"
        head = f'datasource db {{\n  provider = "{provider}"\n  url = "{url}"\n}}\n'
        file.write_text(head)
        result = subprocess.run([self.tenon, "db", "pull", "--url", url, str(file)], capture_output=True, text=True,
                                check=False)
        if result.returncode:
            file.write_text(head)
        return file

    def check(self, number):
        url = self.make_database(number)
        schema = self.pull(url, number)
        file = self.work / f"{number}.sql"
        blocks = []
        for i, case in enumerate(self.cases):
            blocks.append(f"-- name: q{i} :{KINDS.get(case['cmd'], 'exec')}\n{case['sql'].rstrip().rstrip(';')};\n")
        file.write_text("\n".join(blocks))
        command = [self.tenon, "sql", "check", "--json", "--url", url, "--queries", str(file), str(schema)]
        result = subprocess.run(command, capture_output=True, text=True, check=False)
        if not result.stdout.startswith("{"):
            raise RuntimeError(result.stderr.strip())
        return json.loads(result.stdout)


def compare_values(what, theirs, ours):
    if len(theirs) == 1 and len(ours) != 1 and not GO.get(theirs[0][1]):
        return  # a struct of them
    if len(theirs) != len(ours):
        yield f"{what}: {len(theirs)} there, {len(ours)} here"
        return
    for (name, their_type), value in zip(theirs, ours):
        kind, is_list, nullable = go_type(their_type)
        if kind and value["type"] and (kind != our_type(value) or is_list != value["list"]):
            yield f"{what}: type of {name}: {their_type} there, {value['type']}{'[]' * value['list']} here"
        if nullable is not None and nullable != value["nullable"] and not value["list"] and kind:
            yield f"{what}: {name} is {'nullable' if nullable else 'required'} there, not here" + \
                (f" ({value.get('because')})" if value.get("because") else "")


def main():
    tenon, corpus = sys.argv[1], pathlib.Path(sys.argv[2]) / "sqlc"
    is_wordy = "--all" in sys.argv
    folders = collections.OrderedDict()
    for case in json.loads((corpus / "cases.json").read_text()):
        if case["engine"] != "mysql":
            folders.setdefault((case["dir"], case["engine"]), []).append(case)
    counts = collections.Counter()
    kinds = collections.Counter()
    with tempfile.TemporaryDirectory(prefix="tenon-sqlc") as work:
        for number, ((name, engine), cases) in enumerate(folders.items()):
            path = corpus / "testdata" / name
            folder = Folder(tenon, path, engine, cases, pathlib.Path(work))
            try:
                said = folder.check(number)
            except (subprocess.CalledProcessError, sqlite3.Error, RuntimeError) as error:
                counts[f"{engine}: no database"] += len(cases)
                text = getattr(error, "stderr", None) or str(error)
                print(f"{name}: no database: {text.strip().splitlines()[0][:150]}")
                continue
            wrong = collections.defaultdict(list)
            starts = [pathlib.Path(q["place"]).name for q in said["queries"]]
            lines = [int(s.rsplit(":", 1)[1]) for s in starts]
            for d in said["diagnostics"]:
                at = max([i for i, line in enumerate(lines) if line <= d["line"]], default=0)
                wrong[at].append(d["message"])
            for i, (case, query) in enumerate(zip(cases, said["queries"])):
                counts[f"{engine}: queries"] += 1
                if wrong[i]:
                    counts[f"{engine}: refused"] += 1
                    print(f"{name}: {case['name']}: refused: {wrong[i][0]}")
                    continue
                problems = [*compare_values("parameters", case["params"], query["parameters"]),
                            *compare_values("columns", case["columns"], query["columns"])]
                counts[f"{engine}: {'different' if problems else 'same'}"] += 1
                for problem in problems:
                    kinds[re.sub(r"of \w+|: \w+ is", "", problem)] += 1
                    print(f"{name}: {case['name']}: {problem}")
    for key, count in sorted(counts.items()):
        print(f"{key}: {count}")
    if is_wordy:
        for kind, count in kinds.most_common():
            print(f"{count:5} {kind}")


main()
