"""Compares tenon with hand-written libpq and sqlite3: `make bench` (scripts/bench.sh calls this).

    run.py BUILD [--only NAME]… [--json]

There are three sides: hand-written code that is bare ("raw") and that checks what tenon checks
("careful"), and tenon. They are programs of their own (side.h), each with its connection and its
heap, and take turns in short runs. Each turn of all three gives two ratios of tenon, to the bare
and to the careful one; the medians are the result, quartiles tell how sure the second is, for which
the targets are. Every few turns the programs are started anew, because where things happen to lie
in memory is worth a percent or two.

Time is processor time, of the side and of the server's process for it together. All are pinned
to one core, so on an idle machine that is the time on the clock; on a busy one it is what stays
the same. By way of a proxy that adds latency it is the time on the clock. Instructions (callgrind,
of the side alone) and allocations are counted in runs of their own.

Nothing fails because of a number: what is above its target is marked.
"""

import argparse
import contextlib
import dataclasses
import json
import os
import pathlib
import re
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.parse

import report

ROUNDS = 5  # starts of the programs
TURNS = 6  # runs of each side a round
SIDES = ("raw", "careful", "tenon")
RUN_NS = 60_000_000  # of one run, about
SQLITE_EXTRA_NS = 150  # a SQLite call may cost this much more, where 3 % would be less
WARM_CALLS = 12  # behind the fifth PostgreSQL settles on its plan
COLD_STARTS = 21
MODELS = 100


@dataclasses.dataclass
class Work:
    raw: tuple  # the hand-written ways; the best counts
    target: float  # ratio
    before: str | None = None  # what the table is made like before each run; None: as it was filled
    counted_calls: int = 50  # under callgrind
    name: str | None = None  # of tenon's way, where there are several by hand

    @property
    def tenon(self):
        return self.name or self.raw[0]


SINGLE = [
    Work(("find",), 1.03),
    Work(("find",), 1.02, name="sql_find"),
    Work(("find",), 1.60, name="dynamic_find"),
    Work(("list",), 1.05, counted_calls=5),
    Work(("create",), 1.03, "empty_table"),
    Work(("update",), 1.03, "fill_table"),
]
WORKS = {
    "postgresql": [
        *SINGLE,
        Work(
            ("create_many_unnest", "create_many_copy"), 1.05, "empty_table", 5, name="create_many"
        ),
    ],
    "sqlite": [*SINGLE, Work(("create_many",), 1.05, "empty_table", 5)],
}
TREE = Work(("tree_batch", "tree_together"), 1.05, None, 5, name="tree")
NESTED = Work(("nested_create",), 1.10, "empty_table", 5)
BATCHES = [
    Work(("batch_find",), 1.05, counted_calls=5),
    Work(("batch_look",), 1.05, counted_calls=5),
    Work(("batch_create",), 1.05, "empty_table", 5),
    Work(("batch_update",), 1.05, "fill_table", 5),
]
TREES = {0: [TREE, NESTED], 1000: [TREE, NESTED]}  # microseconds of latency


# ---- the sides -----------------------------------------------------------------------------------


class Database:
    """Where the sides work, and how to start them."""

    def __init__(self, name, build, folder):
        self.name = name
        self.build = build
        self.postmaster = None
        if name == "sqlite":
            path = folder / "bench.db"
            self.by_hand_url, self.tenon_url = str(path), f"sqlite:{path}?synchronous=normal"
        else:
            url = os.environ["TENON_TEST_PG"]
            self.by_hand_url = self.tenon_url = url
            self.postmaster = find_postmaster(url)

    has_latency = False

    def command(self, side, work):
        if side == "tenon":
            return [str(self.build / "bench/bench-tenon"), self.tenon_url, work]
        return [str(self.build / f"bench/bench-{side}-{self.name}"), self.by_hand_url, work]

    def processes(self, client):
        """The processes whose time counts."""
        if not self.postmaster:
            return [client]
        children = pathlib.Path(f"/proc/{self.postmaster}/task/{self.postmaster}/children")
        return [client, *filter(serves_a_client, children.read_text().split())]

    def prepare(self):
        for work in "make_table", "fill_table":
            with Side(self, "raw", work) as side:
                side.run(1)


class BatchDatabase(Database):
    """The table of the single calls, for sides that send many of them together."""

    def __init__(self, build, folder):
        super().__init__("postgresql", build, folder)
        self.name = "batch"

    def command(self, side, work):
        if work.endswith("_table"):
            return [str(self.build / "bench/bench-raw-postgresql"), self.by_hand_url, work]
        return [str(self.build / f"bench/bench-{side}-batch"), self.tenon_url, work]


class TreeDatabase(Database):
    """The tables of tree.h, behind a proxy where there is to be latency."""

    def __init__(self, build, folder, latency_us):
        super().__init__("postgresql", build, folder)
        self.direct_url = self.tenon_url
        self.latency_us = latency_us
        self.has_latency = latency_us > 0
        self.name = f"tree+{latency_us / 1000:g}ms" if latency_us else "tree"

    def command(self, side, work):
        url = self.direct_url if work.endswith("_table") else self.tenon_url
        return [str(self.build / f"bench/bench-{side}-tree"), url, work]

    def prepare(self):
        super().prepare()
        if self.has_latency:
            proxy = subprocess.Popen(
                [self.build / "bench/bench-proxy", self.direct_url, str(self.latency_us)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
            )
            self.tenon_url = proxy.stdout.readline().strip()
            self.proxy = proxy  # ends with us


def find_postmaster(url):
    """The process of a cluster that scripts/with-postgres.sh has started, or None."""
    host = urllib.parse.parse_qs(urllib.parse.urlparse(url).query).get("host", ["/"])[0]
    with contextlib.suppress(OSError):
        return int((pathlib.Path(host) / "data/postmaster.pid").read_text().split()[0])
    return None


def serves_a_client(pid):
    """What writes the log ahead or vacuums works for all sides, whichever is measured just then."""
    with contextlib.suppress(OSError):
        return b"[local]" in pathlib.Path(f"/proc/{pid}/cmdline").read_bytes()
    return False


def processor_ns(pids):
    """Time that the processes have run; those that end meanwhile count no more."""
    total = 0
    for pid in pids:
        with contextlib.suppress(OSError):
            total += int(pathlib.Path(f"/proc/{pid}/schedstat").read_text().split()[0])
    return total


@dataclasses.dataclass
class Run:
    ns: float  # a call
    wall_ns: float
    checksum: int
    allocations: float
    bytes: float


class Side:
    """One running program of a side; see side.h for what it understands."""

    def __init__(self, database, side, work, wrap=(), env=None):
        self.database = database
        self.process = subprocess.Popen(
            [*wrap, *database.command(side, work)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE if wrap else None,
            text=True,
            env={**os.environ, **(env or {})},
        )

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.end()

    def tell(self, line):
        self.process.stdin.write(line + "\n")
        self.process.stdin.flush()
        answer = self.process.stdout.readline()
        if not answer:
            self.process.wait()
            sys.exit(f"bench: {' '.join(self.process.args)} ended early")
        return answer

    def warm(self, calls):
        self.tell(f"warm {calls}")

    def run(self, calls):
        pids = self.database.processes(self.process.pid)
        before = processor_ns(pids)
        answer = self.tell(f"run {calls}")
        spent = processor_ns(pids) - before
        wall, checksum, allocations, left = map(int, answer.split())
        if self.database.has_latency:
            spent = wall
        return Run(spent / calls, wall / calls, checksum, allocations / calls, left / calls)

    def end(self):
        """Lets the program end; what it said of itself."""
        _, said = self.process.communicate()
        return said


# ---- comparing -----------------------------------------------------------------------------------


@dataclasses.dataclass
class Result:
    name: str
    raw: float
    tenon: float
    unit: str = "ns"
    careful: float | None = None
    raw_ratio: float | None = None
    ratio: float | None = None  # to the careful side
    quartiles: tuple | None = None  # of that
    target: str = ""
    is_met: bool = True
    instructions: tuple | None = None
    allocations: tuple | None = None
    note: str = ""


class Keeper:
    """Makes the table what it has to be before a run."""

    def __init__(self, database, work):
        self.side = Side(database, "raw", work) if work else None

    def prepare(self, *sides):
        if not self.side:
            return
        self.side.run(1)
        for side in sides:
            side.warm(WARM_CALLS)

    def end(self):
        if self.side:
            self.side.end()


def calls_for(database, work, raw):
    """How many calls last as long as a run should."""
    with Side(database, "raw", raw) as side:
        side.warm(WARM_CALLS)
        calls = 1
        while True:
            run = side.run(calls)
            if run.wall_ns * calls > RUN_NS / 4:
                return max(1, int(RUN_NS / run.ns))
            calls *= 4


def pick_raw(database, work):
    """The best of the hand-written ways, and the number of calls of a run."""
    keeper = Keeper(database, work.before)
    costs = {}
    for raw in work.raw:
        keeper.prepare()
        calls = calls_for(database, work, raw)
        with Side(database, "raw", raw) as side:
            runs = []
            for _ in range(5 if len(work.raw) > 1 else 0):
                keeper.prepare(side)
                runs.append(side.run(calls).ns)
        costs[raw] = (statistics.median(runs) if runs else 0, calls)
    keeper.end()
    best = min(costs, key=costs.get)
    return best, costs[best][1]


def run_turn(keeper, sides, calls, first):
    runs = {}
    for name in SIDES[first:] + SIDES[:first]:
        keeper.prepare(sides[name])
        runs[name] = sides[name].run(calls)
    if len({run.checksum for run in runs.values()}) > 1:
        sys.exit("bench: the sides have read different rows")
    return runs


def measure_turns(database, work, names, calls):
    keeper = Keeper(database, work.before)
    turns = []
    for _ in range(ROUNDS):
        with contextlib.ExitStack() as started:
            sides = {s: started.enter_context(Side(database, s, names[s])) for s in SIDES}
            for side in sides.values():
                side.warm(max(WARM_CALLS, calls // 10))
            turns += [run_turn(keeper, sides, calls, i % len(SIDES)) for i in range(TURNS)]
    keeper.end()
    return turns


def count_allocations(database, side, work, calls):
    env = {"LD_PRELOAD": str(database.build / "bench/bench-count.so")}
    with Side(database, side, work, env=env) as counted:
        counted.warm(WARM_CALLS)
        return counted.run(calls)


def count_instructions(database, side, work, calls):
    wrap = [
        "valgrind",
        "--tool=callgrind",
        "--callgrind-out-file=/dev/null",
        "--collect-atstart=no",
        "--toggle-collect=run_measured",
    ]
    counted = Side(database, side, work, wrap=wrap)
    counted.warm(WARM_CALLS)
    counted.run(calls)
    collected = re.search(r"Collected *: (\d+)", counted.end())
    return int(collected[1]) / calls if collected else 0


def is_small(database, work):
    """Whether a few nanoseconds are allowed instead of a few percent."""
    return database.name == "sqlite" and work.target <= 1.03


def is_within(database, work, turns, ratio):
    extra = statistics.median(t["tenon"].ns - t["careful"].ns for t in turns)
    return ratio <= work.target or (is_small(database, work) and extra <= SQLITE_EXTRA_NS)


def ratios(turns, to):
    return [turn["tenon"].ns / turn[to].ns for turn in turns]


def compare(database, work):
    raw, calls = pick_raw(database, work)
    names = {"raw": raw, "careful": raw, "tenon": work.tenon}
    turns = measure_turns(database, work, names, calls)
    ratio = statistics.median(ratios(turns, "careful"))
    quarters = statistics.quantiles(ratios(turns, "careful"), n=4)
    extra = f" or + {SQLITE_EXTRA_NS} ns" if is_small(database, work) else ""
    times = {side: statistics.median(t[side].ns for t in turns) for side in SIDES}
    counted = work.counted_calls
    return Result(
        name=f"{database.name}/{work.tenon}",
        **times,
        raw_ratio=statistics.median(ratios(turns, "raw")),
        ratio=ratio,
        quartiles=(quarters[0], quarters[2]),
        target=f"≤ {work.target:.2f}×{extra}",
        is_met=is_within(database, work, turns, ratio),
        instructions=tuple(count_instructions(database, s, names[s], counted) for s in SIDES),
        allocations=tuple(
            count_allocations(database, s, names[s], counted).allocations for s in SIDES
        ),
        note=f"hand-written: {raw}" if len(work.raw) > 1 else "",
    )


# ---- what takes no turns ---------------------------------------------------------------------


def memory(database):
    """Bytes a listed row keeps besides its struct and its texts."""
    extra = {}
    for side in "raw", "tenon":
        run = count_allocations(database, side, "keep", 1)
        extra[side] = (run.bytes - run.checksum) / 1000
    return Result(
        name=f"{database.name}/memory",
        raw=extra["raw"],
        tenon=extra["tenon"],
        unit="bytes a row",
        target="≤ 16",
        is_met=extra["tenon"] <= 16,
        note="besides struct and text",
    )


def start_cold(command, orders):
    with open(orders, encoding="ascii") as stdin:
        actions = [
            (os.POSIX_SPAWN_DUP2, stdin.fileno(), 0),
            (os.POSIX_SPAWN_OPEN, 1, "/dev/null", os.O_WRONLY, 0),
        ]
        start = time.perf_counter_ns()
        pid = os.posix_spawn(command[0], command, os.environ, file_actions=actions)
        _, status = os.waitpid(pid, 0)
        spent = time.perf_counter_ns() - start
    if status:
        sys.exit(f"bench: {' '.join(command)} failed")
    return spent


def cold_start(database, folder):
    """From nothing to the first row and out again, the whole process."""
    orders = folder / "once"
    orders.write_text("run 1\n")
    first = {"raw": "find_once" if database.name == "postgresql" else "find", "tenon": "find"}
    spent = [
        {side: start_cold(database.command(side, work), orders) for side, work in first.items()}
        for _ in range(COLD_STARTS)
    ]
    extra = statistics.median(s["tenon"] - s["raw"] for s in spent)
    return Result(
        name=f"{database.name}/cold-start",
        raw=statistics.median(s["raw"] for s in spent),
        tenon=statistics.median(s["tenon"] for s in spent),
        target="≤ + 5 ms",
        is_met=extra <= 5e6,
        note="from start to first row",
    )


def library_size(build, folder):
    stripped = folder / "libtenon.so"
    subprocess.run(["strip", "-o", stripped, build / "libtenon.so"], check=True)
    size = stripped.stat().st_size / 1024
    return Result(
        name="library",
        raw=0,
        tenon=size,
        unit="KB",
        target="≤ 400 KB",
        is_met=size <= 400,
        note="libtenon.so, stripped",
    )


def model_text(i):
    """A model as applications have it, related to the one before."""
    return f"""
model Item{i} {{
  id         Int       @id @default(autoincrement())
  name       String    @unique
  title      String?
  is_active  Boolean   @default(true)
  price      Decimal   @db.Decimal(12, 2)
  quantity   Int
  details    Json?
  created_at DateTime  @default(now())
  updated_at DateTime  @updatedAt
  before_id  Int?
  before     Item{max(i - 1, 0)}?    @relation("r{i}", fields: [before_id], references: [id])
{"" if i + 1 == MODELS else f'  after{i}     Item{i + 1}[]  @relation("r{i + 1}")'}
{f'  self{i}      Item{i}[]    @relation("r{i}")' if i == 0 else ""}
}}
"""


def must(command, folder):
    subprocess.run(command, cwd=folder, check=True, stdout=subprocess.DEVNULL)


def generate(build, folder):
    """`tenon generate` for many models, and the compiler for what it wrote."""
    text = 'datasource db {\n  provider = "postgresql"\n  url = env("DATABASE_URL")\n}\n'
    text += "".join(model_text(i) for i in range(MODELS))
    (folder / "schema.prisma").write_text(text)
    include = pathlib.Path(__file__).parent.parent / "include"
    start = time.perf_counter()
    must([build / "tenon", "generate", "schema.prisma"], folder)
    generated = time.perf_counter()
    must(["gcc", "-O2", "-c", "-I", include, "models.c"], folder)
    spent = time.perf_counter() - start
    note = f"{MODELS} models: generated in {(generated - start) * 1000:.0f} ms, then gcc -O2"
    return Result("generate", 0, spent, "s", target="≤ 10 s", is_met=spent <= 10, note=note)


# ---- all of it ---------------------------------------------------------------------------------


def jobs(build, folder):
    """Name → what measures it, in order."""
    for name, works in WORKS.items():
        database = Database(name, build, folder)
        yield f"{name}/", database.prepare
        for work in works:
            yield f"{name}/{work.tenon}", lambda d=database, w=work: compare(d, w)
        yield f"{name}/memory", lambda d=database: memory(d)
        yield f"{name}/cold-start", lambda d=database: cold_start(d, folder)
    database = BatchDatabase(build, folder)
    yield "batch/", database.prepare
    for work in BATCHES:
        yield f"batch/{work.tenon}", lambda d=database, w=work: compare(d, w)
    for latency_us, works in TREES.items():
        database = TreeDatabase(build, folder, latency_us)
        yield f"{database.name}/", database.prepare
        for work in works:
            yield f"{database.name}/{work.tenon}", lambda d=database, w=work: compare(d, w)
    yield "library", lambda: library_size(build, folder)
    yield "generate", lambda: generate(build, folder)


def is_wanted(name, only):
    """A name that ends in a slash prepares what begins with it."""
    return not only or any(o in name or (name.endswith("/") and name != o) for o in only)


def main():
    parser = argparse.ArgumentParser(description="Compares tenon with hand-written code.")
    parser.add_argument("build", type=pathlib.Path)
    parser.add_argument("--only", action="append", metavar="NAME", help="part of a name")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    results = []
    if not options.json:
        print(report.machine())
        report.print_row(report.HEAD)
    with tempfile.TemporaryDirectory(prefix="tenon-bench.", dir=fastest_folder()) as folder:
        for name, job in jobs(options.build.resolve(), pathlib.Path(folder)):
            result = job() if is_wanted(name, options.only) else None
            if result:
                results.append(result)
            if result and not options.json:
                report.print_row(report.columns(result))
    if options.json:
        print(json.dumps([dataclasses.asdict(r) for r in results], indent=2, ensure_ascii=False))


def fastest_folder():
    """In memory where there is such a folder: how fast a disk writes is not the question here."""
    return "/dev/shm" if os.access("/dev/shm", os.W_OK) else None


if __name__ == "__main__":
    main()
