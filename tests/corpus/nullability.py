"""Compares the nullability of queries with what a corpus states: nullability.py PROGRAM FOLDER

The corpus has the types of generated Go for the columns and parameters of queries: sql.NullString,
pgtype.Text, *string and the like may be NULL, string may not. Of queries for PostgreSQL and SQLite
each schema is run in a new database, PROGRAM (print-nullability) says what it thinks, and columns
of which the two disagree are listed. A column that is said nullable here and not
there is "looser" and has to have a reason in tests/corpus/nullability-reasons.txt; the status is 1
when one has none."""
import fnmatch
import json
import os
import pathlib
import re
import sqlite3
import subprocess
import sys
import tempfile

REASONS = pathlib.Path(__file__).with_name("nullability-reasons.txt")
NOT_SQL = re.compile(r"^\s*--\s*name:.*$", re.M)


def is_nullable(go_type):
    """None where the Go type does not tell."""
    if go_type.startswith(("sql.Null", "uuid.NullUUID", "*", "null.", "null_v4.", "orm.Null")):
        return True
    if go_type.startswith(("Null", "pgtype.")):
        return None if go_type.startswith("pgtype.") else True
    if go_type in ("any", "interface{}") or go_type.startswith(("models.", "json.", "[]")):
        return None
    return False


def named_parameters(sql):
    """sqlc.arg(x), sqlc.narg(x), @x and sqlc.slice(x) as $n."""
    numbers = {}

    def number(match):
        name = next(group for group in match.groups() if group)
        numbers.setdefault(name, len(numbers) + 1)
        return f"${numbers[name]}"

    if re.search(r"\$\d", sql):
        return sql
    return re.sub(r"sqlc\.n?arg\(\s*'?(\w+)'?\s*\)|sqlc\.slice\(\s*'?(\w+)'?\s*\)|(?<![@\w])@(\w+)",
                  number, sql)


def schemas(folder):
    """The statements that make the schema: one file, or a folder of them."""
    for name in ("schema.sql", "schema"):
        path = folder / name
        if path.is_file():
            return [path]
        if path.is_dir():
            return sorted(path.glob("*.sql"))
    return [folder / "query.sql"] if (folder / "query.sql").is_file() else []


def up_part(text):
    """What a migration does, without what undoes it."""
    text = re.split(r"^--\s*(?:\+goose Down|migrate:down|\+migrate Down|---- create above)", text,
                    flags=re.M)[0]
    return text


def fill_postgres(server, number, files, known={}):
    """The URL of a database with this schema; many folders have the same one."""
    key = "".join(path.read_text() for path in files)
    if key not in known:
        known[key] = create_postgres(server, number, files)
    return known[key]


def create_postgres(server, number, files):
    name = f"sqlc{number}"
    subprocess.run(["psql", server, "-qc", f"CREATE DATABASE {name}"], check=True)
    url = re.sub(r"//(/?)[^?]*\?", rf"///{name}?", server)
    text = "\n".join(up_part(path.read_text()) for path in files)
    text = NOT_SQL.split(text)[0] if files and files[0].name == "query.sql" else text
    done = subprocess.run(["psql", url, "-q", "-v", "ON_ERROR_STOP=1"], input=text, text=True,
                          capture_output=True, check=False)
    return url if done.returncode == 0 else None


def fill_sqlite(folder, number, files):
    path = f"{folder}/{number}.db"
    database = sqlite3.connect(path)
    try:
        database.executescript("\n".join(up_part(file.read_text()) for file in files))
    except sqlite3.Error:
        return None
    finally:
        database.close()
    return "sqlite:" + path


def analyse(program, url, queries):
    text = "\f".join(queries)
    done = subprocess.run([program, url], input=text, text=True, capture_output=True,
                          check=False)
    return done.stdout.splitlines() if done.returncode == 0 else []


def items(line, kind):
    """[(name, nullable, why)] of the columns ("c") or parameters ("p") of a line."""
    fields = line.split("\t")
    return [(fields[i + 1], fields[i + 2] == "?", fields[i + 3])
            for i in range(0, len(fields) - 3, 4) if fields[i] == kind]


class Comparison:
    def __init__(self):
        self.counts = {"same": 0, "tighter": 0, "looser": 0, "not told": 0, "other shape": 0}
        self.differences = []

    def column(self, case, stated, found):
        told = is_nullable(stated[1])
        if told is None:
            self.counts["not told"] += 1
        elif told == found[1]:
            self.counts["same"] += 1
        else:
            kind = "looser" if found[1] else "tighter"
            self.counts[kind] += 1
            self.differences.append((kind, case["dir"], case["name"], stated[0], stated[1],
                                     found[2]))

    def query(self, case, line):
        columns = items(line, "c")
        if len(columns) != len(case["columns"]):
            self.counts["other shape"] += 1
            return
        for stated, found in zip(case["columns"], columns):
            self.column(case, stated, found)


def group_by_folder(cases):
    groups = {}
    for case in cases:
        if case["engine"] in ("postgresql", "sqlite"):
            groups.setdefault((case["dir"], case["engine"]), []).append(case)
    return groups


def compare(program, folder):
    cases = json.loads((folder / "cases.json").read_text())
    result = Comparison()
    failed = []
    with tempfile.TemporaryDirectory() as scratch:
        for number, ((name, engine), group) in enumerate(sorted(group_by_folder(cases).items())):
            files = schemas(folder / "testdata" / name)
            url = (fill_postgres(os.environ["TENON_TEST_PG"], number, files)
                   if engine == "postgresql" else fill_sqlite(scratch, number, files))
            if not url:
                failed.append(name)
                continue
            lines = analyse(program, url, [named_parameters(case["sql"]) for case in group])
            for case, line in zip(group, lines):
                if line.startswith("error"):
                    failed.append(f"{name} {case['name']}: {line}")
                else:
                    result.query(case, line)
    return result, failed


def main():
    result, failed = compare(sys.argv[1], pathlib.Path(sys.argv[2]))
    patterns = [line.split(": ")[0] for line in REASONS.read_text().splitlines()
                if not line.startswith("#")]
    unexplained = 0
    for kind, folder, query, column, go_type, why in sorted(set(result.differences)):
        explained = kind == "tighter" or any(
            fnmatch.fnmatchcase(f"{folder} {query}.{column}", pattern) for pattern in patterns)
        unexplained += not explained
        print(f"sqlc: {kind}{'' if explained else ' WITHOUT A REASON'}: {folder} {query}.{column}: "
              f"{go_type}{'; ' + why if why else ''}")
    for one in failed:
        print(f"sqlc: not compared: {one}")
    print("sqlc: columns", ", ".join(f"{n} {kind}" for kind, n in result.counts.items()))
    return 1 if unexplained else 0


if __name__ == "__main__":
    sys.exit(main())
