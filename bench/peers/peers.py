"""Who is compared: how each peer is started, and what it cannot do."""

import dataclasses
import pathlib
import shutil
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
WORKS = ("find", "list", "tree", "create", "create_many", "update", "upsert", "aggregate")
BOTH = ("postgresql", "sqlite")
BATCHED = 64  # clients whose calls go together


@dataclasses.dataclass
class Peer:
    name: str
    kind: str  # native, python or node: what runs it
    databases: tuple = BOTH
    works: tuple = WORKS
    clients: tuple = (1, 64)
    renamed: dict = dataclasses.field(default_factory=dict)  # works that it calls something else
    by_hand: bool = False
    connections: int | None = None  # for all clients; None: one each

    def can(self, database, work, clients):
        return database in self.databases and work in self.works and clients in self.clients


# By hand a tree takes four statements one after the other, or together where there is a way to go;
# many rows go by UNNEST, which beats COPY at 1,000.
PEERS = [
    Peer(
        "libpq",
        "native",
        ("postgresql",),
        by_hand=True,
        renamed={"create_many": "create_many_unnest", "tree": "tree_batch"},
    ),
    Peer("sqlite3", "native", ("sqlite",), by_hand=True),
    Peer(
        "libpq-pipelined",
        "native",
        ("postgresql",),
        works=("find", "find_merged", "aggregate", "create", "update", "upsert"),
        clients=(BATCHED,),
        by_hand=True,
        connections=1,
    ),
    Peer("tenon", "native"),
    Peer(
        "tenon-batch",
        "native",
        ("postgresql",),
        works=("find", "find_merged", "aggregate", "create", "update", "upsert"),
        clients=(BATCHED,),
        connections=1,
    ),
    Peer("soci", "native"),
    Peer("libzdb", "native"),
    Peer("ecpg", "native", ("postgresql",)),
    Peer("sqlalchemy", "python"),
    Peer("django", "python"),
    Peer("drizzle", "node"),
    Peer("kysely", "node"),
    Peer("prisma", "node"),
    Peer("typeorm", "node"),
]


class Tools:
    """Where the programs are that run them."""

    def __init__(self, build):
        self.build = build
        self.node_folder = build / "bench-peers"
        self.python = find_python()

    def program(self, peer, work):
        """The beginning of a peer's command, or None when it is not installed."""
        if peer.kind == "python":
            script = HERE / peer.name / f"peer_{peer.name}.py"
            return [self.python, str(script)] if self.python else None
        if peer.kind == "node":
            script = self.node_folder / f"{peer.name}.mjs"
            return ["node", str(script)] if self.has_node() else None
        tail = "-tree" if work == "tree" and has_own_tree(peer) else ""
        program = self.build / "bench/peers" / f"peer-{peer.name}{tail}"
        return [str(program)] if program.exists() else None

    def has_node(self):
        return shutil.which("node") and (self.node_folder / "installed").exists()


def has_own_tree(peer):
    return peer.by_hand or peer.name == "tenon"


def find_python():
    """Debian's packages belong to Debian's interpreter, which may not be the one that runs this."""
    for python in sys.executable, "/usr/bin/python3":
        wanted = "import django, psycopg2, sqlalchemy"
        if subprocess.run([python, "-c", wanted], capture_output=True, check=False).returncode == 0:
            return python
    return None


def chosen(names):
    return [p for p in PEERS if not names or p.name in names]
