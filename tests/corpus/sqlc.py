#!/usr/bin/env python3
"""Queries with known types, from the tests of another tool, against what tenon says of them.

    sqlc.py TENON CORPUS

Each folder of the corpus has a schema and queries for PostgreSQL or SQLite. Its database is made
by the database's own client, `tenon db pull` makes a schema of it, and `tenon sql check --json`
looks at the queries. Compared are the number of parameters and columns, their types, and what may
be NULL. Of folders that differ only in the library that the other tool writes code for, one is
taken. Every difference has to stand in docs/sqlc-differences.md, which says who is
right, and why. The status is 1 when one does not, or when one stands there that there is no more.
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

KINDS = {"one": "one", "many": "many", "execresult": "rows", "execrows": "rows",
         "batchone": "batch", "batchmany": "batch", "batchexec": "batch"}
# What tenon asks to be written otherwise, by what it says, and why.
REFUSED = {
    "has no name that a member could have": "a column needs a name: AS",
    "two columns are called": "two columns need two names: AS",
    "which is read as text": "a type without a C type is cast to text",
    "nothing tells the type of": "SQLite cannot tell, so the author does",
    "does not exist": "the database refuses it too",
    "no such": "the database refuses it too",
    "syntax error": "the database refuses it too",
    "must be of type": "the database refuses it too",
    "gives no columns": "what runs without rows is :exec",
    "could not determine data type": "the database refuses it too",
    "statement belongs to no query": "a query has one statement",
}
GO = {"int16": "SmallInt", "int32": "Int", "int64": "BigInt", "string": "String", "bool": "Boolean",
      "float32": "Real", "float64": "Float", "[]byte": "Bytes", "time.Time": "DateTime",
      "json.RawMessage": "Json", "uuid.UUID": "Uuid", "String": "String", "Int16": "SmallInt",
      "Int32": "Int", "Int64": "BigInt", "Bool": "Boolean", "Float64": "Float", "Float32": "Real",
      "Time": "DateTime", "UUID": "Uuid", "Int2": "SmallInt", "Int4": "Int", "Int8": "BigInt",
      "Text": "String", "Numeric": "Decimal", "Timestamp": "DateTime", "Timestamptz": "DateTime"}
SAME = {"VarChar": "String", "Char": "String", "Citext": "String", "Timestamptz": "DateTime",
        "JsonText": "Json", "Date": "DateTime", "Time": "DateTime", "Timetz": "DateTime"}
LIST = pathlib.Path(__file__).parents[2] / "docs" / "sqlc-differences.md"
NULLABLE = re.compile(r"\*|sql\.Null|Null|null\.|orm\.Null|uuid\.Null|t\.|pgtype\.(Text|Int|Bool)")
PREFIX = re.compile(r"^(\*|sql\.Null|uuid\.Null|pgtype\.|t\.|null(_v4)?\.|orm\.Null|Null)")


def go_type(text):
    """The type, whether it is a list, and whether NULL is a value of it; None: it does not say."""
    is_list = text.startswith("[]") and text != "[]byte"
    text = text[2:] if is_list else text
    kind = GO.get(text) or GO.get(PREFIX.sub("", text))
    says = not text.startswith("pgtype.") or NULLABLE.match(text)
    return kind, is_list, bool(NULLABLE.match(text)) if says else None


def run(command, text=None):
    return subprocess.run(command, input=text, text=True, capture_output=True, check=False)


def make_database(path, engine, place):
    files = sorted(path.glob("**/*schema*.sql")) or \
        sorted(p for p in path.glob("*.sql") if "query" not in p.name)
    schema = "".join(p.read_text() + ";\n" for p in files)
    if engine == "sqlite":
        with sqlite3.connect(f"{place}.db") as database:
            database.executescript(schema)
        return f"sqlite:{place}.db"
    server = os.environ["TENON_TEST_PG"]
    name = f"sqlc_{place.name}"
    psql = ["psql", "-q", "-X", "-v", "ON_ERROR_STOP=1"]
    run([*psql, server, "-c", f"CREATE DATABASE {name} TEMPLATE template0"])
    url = server.replace("/postgres?", f"/{name}?")
    made = run([*psql, url], schema)
    if made.returncode:
        raise RuntimeError(made.stderr)
    return url


def pull(tenon, url, engine, place):
    file = pathlib.Path(f"{place}.prisma")
    provider = "sqlite" if engine == "sqlite" else "postgresql"
    head = f'datasource db {{\n  provider = "{provider}"\n  url = "{url}"\n}}\n'
    file.write_text(head)
    if run([tenon, "db", "pull", "--url", url, str(file)]).returncode:
        file.write_text(head)
    return file


def kind_of(case):
    gives = re.match(r"\s*(select|values|with)\b", case["sql"], re.I) or \
        re.search(r"\breturning\b", case["sql"], re.I)
    return KINDS.get(case["cmd"]) or ("many" if gives else "exec")


def ask(tenon, path, engine, cases, place):
    url = make_database(path, engine, place)
    schema = pull(tenon, url, engine, place)
    file = pathlib.Path(f"{place}.sql")
    file.write_text("".join(f"-- name: q{i} :{kind_of(case)}\n{case['sql'].strip().rstrip(';')};\n"
                            for i, case in enumerate(cases)))
    said = run([tenon, "sql", "check", "--json", "--url", url, "--queries", str(file), str(schema)])
    if not said.stdout.startswith("{"):
        raise RuntimeError(said.stderr)
    return json.loads(said.stdout)


def refusals(said):
    """The first complaint about each query, by its number."""
    lines = [int(query["place"].rsplit(":", 1)[1]) for query in said["queries"]]
    first = {}
    for told in (d for d in said["diagnostics"] if d["severity"] == "error"):
        at = max((i for i, line in enumerate(lines) if line <= told["line"]), default=0)
        first.setdefault(at, told["message"])
    return first


def compare(what, theirs, ours):
    if len(theirs) == 1 and (len(ours) > 1 or not go_type(theirs[0][1])[0]):
        return  # one struct of all of them
    if len(theirs) != len(ours):
        yield f"{what}: {len(theirs)} there, {len(ours)} here"
        return
    for (name, text), value in zip(theirs, ours):
        kind, is_list, nullable = go_type(text)
        here = SAME.get(value["type"], value["type"])
        if kind and here and (kind != here or is_list != value["list"]):
            yield f"{what}: {name} is {text} there, {value['type']}{'[]' * value['list']} here"
        elif kind and nullable is not None and nullable != value["nullable"] and not is_list:
            because = f" ({value['because']})" if value.get("because") else ""
            there = "nullable" if nullable else "required"
            yield f"{what}: {name} is {there} there, not here{because}"


def folders_of(cases):
    folders = collections.OrderedDict()
    for case in cases:
        if case["engine"] == "mysql":
            continue
        base = re.sub(r"/(stdlib|pgx.*)$", "", case["dir"])
        folders.setdefault((base, case["engine"]), collections.OrderedDict()) \
            .setdefault(case["dir"], []).append(case)
    for (_, engine), dirs in folders.items():
        yield next((d for d in dirs if d.endswith("stdlib")), next(iter(dirs))), engine, dirs


def listed():
    """The differences of the list: its first two columns."""
    rows = [line.split(" | ") for line in LIST.read_text().splitlines() if line.startswith("| ")]
    return {(row[0][2:], row[1].replace("\\|", "|")) for row in rows[2:]}


def key_of(about, problem):
    """As in the list: without the reason that is told for NULL."""
    told = "there, not here" in problem
    return about, re.sub(r"(there, not here) \(.*\)$", r"\1", problem) if told else problem


def compare_with_list(found):
    known = listed()
    for about, problem in sorted(found - known):
        print(f"not in {LIST.name}: {about}: {problem}")
    for about, problem in sorted(known - found):
        print(f"in {LIST.name}, but not found: {about}: {problem}")
    return found != known


def main():
    tenon, corpus = sys.argv[1], pathlib.Path(sys.argv[2]) / "sqlc"
    cases = json.loads((corpus / "cases.json").read_text())
    counts, found = collections.Counter(), set()
    with tempfile.TemporaryDirectory(prefix="tenon-sqlc") as work:
        for number, (name, engine, dirs) in enumerate(folders_of(cases)):
            place = pathlib.Path(work) / str(number)
            try:
                said = ask(tenon, corpus / "testdata" / name, engine, dirs[name], place)
            except (RuntimeError, sqlite3.Error) as error:
                counts[f"{engine}: the schema is not of this server"] += len(dirs[name])
                told = str(error).strip().splitlines()[0][:120]
                found.add(key_of(f"{name}: the schema", re.sub(r"^ERROR: +", "", told)))
                continue
            refused = refusals(said)
            for i, (case, query) in enumerate(zip(dirs[name], said["queries"])):
                counts[f"{engine}: queries"] += 1
                about = f"{name}: {case['name']}"
                if i in refused:
                    why = next((w for part, w in REFUSED.items() if part in refused[i]), None)
                    counts[f"{engine}: refused: {why}"] += 1
                    found.add(key_of(about, refused[i]))
                    continue
                problems = [*compare("parameters", case["params"], query["parameters"]),
                            *(compare("columns", case["columns"], query["columns"])
                              if case["columns"] else [])]
                counts[f"{engine}: {'different' if problems else 'same'}"] += 1
                found.update(key_of(about, problem) for problem in problems)
    for key, count in sorted(counts.items()):
        print(f"{count:5} {key}")
    return compare_with_list(found)


sys.exit(main())
