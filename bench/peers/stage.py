"""The tables that the peers work on: made, filled, emptied, and told apart by what is in them."""

import contextlib
import datetime
import hashlib
import json
import os
import pathlib
import sqlite3
import subprocess
import sys
import urllib.parse

# Ten times the rows that a call reads; the same as bench/raw_tree.c makes.
SQLITE_TREE = """
DROP TABLE IF EXISTS "Comment"; DROP TABLE IF EXISTS "Post"; DROP TABLE IF EXISTS "Writer";
CREATE TABLE "Writer" ("id" INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, "name" TEXT NOT NULL,
  "email" TEXT NOT NULL);
CREATE TABLE "Post" ("id" INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, "title" TEXT NOT NULL,
  "body" TEXT NOT NULL, "writerId" INTEGER NOT NULL REFERENCES "Writer");
CREATE TABLE "Comment" ("id" INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, "text" TEXT NOT NULL,
  "postId" INTEGER NOT NULL REFERENCES "Post", "authorId" INTEGER NOT NULL REFERENCES "Writer");
CREATE INDEX "Post_writerId" ON "Post" ("writerId");
CREATE INDEX "Comment_postId" ON "Comment" ("postId");
WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 500)
INSERT INTO "Writer" ("name", "email") SELECT 'writer ' || i, 'w' || i || '@example.com' FROM n;
WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 5000)
INSERT INTO "Post" ("title", "body", "writerId") SELECT 'a title as titles are ' || i,
  'a body that is somewhat longer than a title ' || i, i % 500 + 1 FROM n;
WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 10000)
INSERT INTO "Comment" ("text", "postId", "authorId") SELECT 'a comment ' || i, i % 5000 + 1,
  i * 7 % 500 + 1 FROM n;
ANALYZE;
"""
SQLITE_ROWS = 'SELECT id, name, email, age, created_at, profile FROM "User" ORDER BY id'
DATABASE = "tenon_peers"
POSTGRESQL_ROWS = 'SELECT u::text FROM "User" u ORDER BY id'


def order(command):
    """One call of one of the programs of bench/side.h."""
    subprocess.run(command, input="run 1\n", text=True, check=True, stdout=subprocess.DEVNULL)


def psql(url, *statements):
    command = ["psql", "--no-psqlrc", "-qAt"]
    for statement in statements:
        command += ["-c", statement]
    return subprocess.run([*command, url], capture_output=True, text=True, check=True).stdout


def make_database(url):
    """One for the peers alone; its URL."""
    psql(url, f"DROP DATABASE IF EXISTS {DATABASE} WITH (FORCE)", f"CREATE DATABASE {DATABASE}")
    parts = urllib.parse.urlparse(url)
    return f"postgresql://{parts.netloc}/{DATABASE}?{parts.query}"


class Place:
    """Where peers work."""

    state = None  # what the table was last made like
    is_touched = False  # since then

    def set(self, state):
        if self.is_touched or self.state != state:
            self.order("User", state)
        self.state, self.is_touched = state, False


class Sqlite(Place):
    name = "sqlite"
    latency_ms = 0

    def __init__(self, build, folder):
        self.path = str(folder / "peers.db")
        self.filler = str(build / "bench/bench-raw-sqlite")
        self.make()

    def make(self):
        self.order("User", "make_table")
        with contextlib.closing(sqlite3.connect(self.path)) as db:
            db.executescript(SQLITE_TREE)

    def order(self, _, state):
        order([self.filler, self.path, state])

    def digest(self):
        with contextlib.closing(sqlite3.connect(self.path)) as db:
            rows = [plain_row(*row) for row in db.execute(SQLITE_ROWS)]
        return digest_of("\n".join(map(repr, rows)))

    def url(self, peer, clients):
        if not peer.startswith("tenon"):
            return self.path
        return f"sqlite:{self.path}?synchronous=normal&pool_max={clients}"

    def environment(self):
        return {}

    def pin(self, cores):
        pass


class Postgresql(Place):
    """TENON_TEST_PG, or a way to it that takes longer."""

    name = "postgresql"

    def __init__(self, build, latency_ms=0):
        self.direct_url = make_database(os.environ["TENON_TEST_PG"])
        self.latency_ms = latency_ms
        self.build = build
        self.server_url = self.direct_url
        self.proxy = None
        self.make()

    def make(self):
        for table in "User", "tree":
            for state in "make_table", "fill_table":
                self.order(table, state)
        if self.latency_ms:
            self.start_proxy()

    def start_proxy(self):
        command = [self.build / "bench/bench-proxy", self.direct_url, str(self.latency_ms * 1000)]
        self.proxy = subprocess.Popen(  # ends with us
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        self.server_url = self.proxy.stdout.readline().strip()

    def order(self, table, state):
        program = "bench-raw-tree" if table == "tree" else "bench-raw-postgresql"
        order([str(self.build / "bench" / program), self.direct_url, state])

    def digest(self):
        return digest_of(psql(self.direct_url, POSTGRESQL_ROWS))

    def url(self, peer, clients):
        mark = "&" if "?" in self.server_url else "?"
        return self.server_url + (f"{mark}pool_max={clients}" if peer == "tenon" else "")

    def environment(self):
        """The same as the URL says, for who goes by libpq's variables."""
        url = urllib.parse.urlparse(self.server_url)
        options = dict(urllib.parse.parse_qsl(url.query))
        return {
            "PGHOST": options.get("host") or url.hostname,
            "PGPORT": str(url.port or options.get("port", 5432)),
            "PGUSER": options.get("user") or url.username,
            "PGDATABASE": url.path.lstrip("/"),
            "PGSSLMODE": "disable",
            "PGGSSENCMODE": "disable",
        }

    def pin(self, cores):
        """For the servers of connections to come."""
        pid = self.postmaster()
        if pid:
            with contextlib.suppress(OSError):
                os.sched_setaffinity(pid, cores)

    def postmaster(self):
        """Of a cluster that scripts/with-postgres.sh has started, or None."""
        options = dict(urllib.parse.parse_qsl(urllib.parse.urlparse(self.direct_url).query))
        with contextlib.suppress(OSError, KeyError):
            text = (pathlib.Path(options["host"]) / "data/postmaster.pid").read_text("ascii")
            return int(text.split()[0])
        return None


def plain_row(id, name, email, age, created_at, profile):
    """Peers write times in forms of their own, and JSON with other spaces and escapes."""
    time = datetime.datetime.fromisoformat(created_at).replace(tzinfo=None)
    return id, name, email, age, time, json.loads(profile)


def digest_of(text):
    if not text:
        sys.exit("peers: the table is empty")
    return hashlib.md5(text.encode()).hexdigest()
