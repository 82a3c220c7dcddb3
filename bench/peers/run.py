"""Compares tenon with other libraries, and all with code by hand: `make bench-peers`.

    run.py BUILD [--quick] [--check] [--only PEER]… [--work WORK]… [--write]

Each peer (peers.py) is a program of its own that makes the same call again and again for one client
or 64 (peer.c says how it is told to). In a row of the table, one work on one database at one
latency, those of one client take turns in short runs; those of 64, which need the connections, run
group by group. With one client everything is on one core, as in bench/run.py; with 64 nothing is
pinned.

Before anything is timed every peer's answers are compared: what it has read by a checksum of the
rows, what it has written by the table. --check does no more than that, with those peers that are
built. --write puts the results into bench/peers/results and the plots and tables into docs.
"""

import argparse
import contextlib
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import time

import peers
import report
import stage
import wire

HERE = pathlib.Path(__file__).resolve().parent
CONNECTIONS = 180  # of the server's 200
CHECKED_CALLS = 3
CHECKED_BATCH = 64
COUNTED_CALLS = 20
WRITES = ("create", "create_many", "update", "upsert")


class Running:
    """One running peer."""

    def __init__(self, place, command, environment=None):
        self.place = place
        self.process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, **place.environment(), **(environment or {})},
        )

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.communicate()

    def tell(self, line):
        try:
            self.process.stdin.write(line + "\n")
            self.process.stdin.flush()
            answer = self.process.stdout.readline()
        except BrokenPipeError:
            answer = ""
        if not answer:
            self.process.wait()
            raise RuntimeError(f"{' '.join(self.process.args)} ended early")
        return json.loads(answer)

    def check(self, calls):
        return self.tell(f"check {calls}")

    def run(self, ms):
        return self.tell(f"run {ms}")

    def peak_kb(self):
        status = pathlib.Path(f"/proc/{self.process.pid}/status").read_text("utf-8")
        return int(status.split("VmHWM:")[1].split()[0])


class Bench:
    def __init__(self, options, folder):
        self.options = options
        self.tools = peers.Tools(options.build)
        self.folder = folder
        self.peers = peers.chosen(options.only)
        self.works = options.work or (*peers.WORKS, "find_merged")
        self.records = []
        self.missing = set()

    def command(self, peer, place, work, clients):
        program = self.tools.program(peer, work)
        own_name = peer.renamed.get(work, work)
        if peer.name == "libpq" and work == "tree" and place.latency_ms:
            own_name = "tree_together"
        return program and [*program, place.url(peer.name, clients), own_name, str(clients)]

    def start(self, peer, place, work, clients, environment=None):
        return Running(place, self.command(peer, place, work, clients), environment)

    def those_of(self, place, work, clients):
        for peer in self.peers:
            if not peer.can(place.name, work, clients):
                continue
            if self.tools.program(peer, work):
                yield peer
            elif peer.name not in self.missing:
                self.missing.add(peer.name)
                print(f"peers: {peer.name} is not installed", file=sys.stderr)

    # ---- answers ---------------------------------------------------------------------------------

    def check_answers(self, place):
        """Ends the program when a peer's answers are not those of the first one."""
        for work in self.works:
            first = None
            for peer in self.those_of(place, work, 1):
                answer = self.answer(peer, place, work, 1, CHECKED_CALLS)
                first = compare_answers(first, peer, work, answer)
            first = None
            for peer in self.those_of(place, work, peers.BATCHED):
                if peer.connections or (work != "find_merged" and peer.name == "tenon"):
                    answer = self.answer(peer, place, work, peers.BATCHED, CHECKED_BATCH)
                    first = compare_answers(first, peer, work, answer)

    def answer(self, peer, place, work, clients, calls):
        is_write = work in WRITES
        place.set("empty_table" if work.startswith("create") else "fill_table")
        with self.start(peer, place, work, 1 if peer.connections else clients) as running:
            checksum = running.check(calls)
        place.is_touched = is_write
        return place.digest() if is_write else checksum

    # ---- figures ---------------------------------------------------------------------------------

    def measure(self, place, clients):
        cores = os.sched_getaffinity(0)
        used = {max(cores)} if clients == 1 else cores
        place.pin(used)
        os.sched_setaffinity(0, used)
        try:
            for work in self.works:
                self.try_work(place, work, clients)
        finally:
            os.sched_setaffinity(0, cores)
            place.pin(cores)

    def try_work(self, place, work, clients):
        """What fails costs its row, and not the run."""
        try:
            self.measure_work(place, work, clients)
        except (RuntimeError, subprocess.CalledProcessError) as failure:
            print(f"peers: {place.name}, {work}, {clients} clients: {failure}", file=sys.stderr)

    def measure_work(self, place, work, clients):
        present = list(self.those_of(place, work, clients))
        rows = []
        for group in groups(present, clients):
            rows += self.measure_group(place, work, clients, group)
        for row in rows:
            self.records.append(row)
        report.print_rows(rows)

    def measure_group(self, place, work, clients, group):
        with contextlib.ExitStack() as started:
            place.set("fill_table")
            running = {
                peer.name: started.enter_context(
                    self.start(peer, place, work, 1 if peer.connections else clients)
                )
                for peer in group
            }
            runs = {name: [] for name in running}
            for turn in range(self.options.rounds + 1):
                for name, one in list(running.items()):
                    if self.is_slow(runs[name]):
                        continue
                    self.prepare(place, work)
                    ms = self.options.ms if turn else self.options.ms // 3
                    try:
                        runs[name].append(one.run(ms))
                    except RuntimeError as failure:
                        print(f"peers: left out of this row: {failure}", file=sys.stderr)
                        del running[name]
                    place.is_touched = work in WRITES
            peaks = {name: one.peak_kb() for name, one in running.items()}
        return [
            report.record(place, work, clients, name, runs[name][1:] or runs[name], peaks[name])
            for name in running
        ]

    def is_slow(self, runs):
        """Whether calls take so long that a run is no more than one of each client."""
        most = 4 if len(runs) > 1 else 20  # connections may be opened in the first
        return runs and runs[-1]["ns"] > most * 1e6 * self.options.ms

    def prepare(self, place, work):
        if work.startswith("create"):
            place.set("empty_table")
        elif work in WRITES:
            place.set("fill_table")

    def count_wire(self, place):
        """Statements, bytes and round trips of a call of one client."""
        environment = place.environment()
        counting = wire.Wire(environment["PGHOST"], environment["PGPORT"])
        for work in self.works:
            for peer in [*self.those_of(place, work, 1), *self.batched(place, work)]:
                counts = self.count_calls(place, counting, peer, work)
                for row in self.records:
                    if (row["peer"], row["work"]) == (peer.name, work):
                        row |= counts if row["database"] == place.name else {}
        counting.close()

    def batched(self, place, work):
        return [p for p in self.those_of(place, work, peers.BATCHED) if p.connections]

    def count_calls(self, place, counting, peer, work):
        place.set("fill_table")
        direct = place.server_url
        place.server_url = direct.replace(place.environment()["PGHOST"], counting.folder)
        try:
            calls = COUNTED_CALLS * (peers.BATCHED if peer.connections else 1)
            place.is_touched = work in WRITES
            with self.start(peer, place, work, 1) as running:
                running.check(calls)
                counting.reset()
                running.check(calls)
                return {name: round(n / calls, 3) for name, n in counting.counts.items()}
        finally:
            place.server_url = direct


def compare_answers(first, peer, work, answer):
    if first and answer != first[1]:
        sys.exit(f"peers: {work}: {peer.name} has {answer}, {first[0]} {first[1]}")
    return first or (peer.name, answer)


def groups(present, clients):
    """As many at a time as the server has connections for."""
    group, used = [], 0
    for peer in present:
        needed = peer.connections or clients
        if group and used + needed > CONNECTIONS:
            yield group
            group, used = [], 0
        group.append(peer)
        used += needed
    if group:
        yield group


def places(build, folder):
    """Database by database, made when it is come to."""
    yield lambda: stage.Sqlite(build, folder), ((1, 0), (64, 0))
    yield lambda: stage.Postgresql(build), ((1, 0), (64, 0))
    yield lambda: stage.Postgresql(build, latency_ms=1), ((1, 1), (64, 1))


def check(options, folder):
    bench = Bench(options, folder)
    bench.check_answers(stage.Sqlite(options.build, folder))
    bench.check_answers(stage.Postgresql(options.build))
    print("peers: all answers are equal")


def measure(options, folder):
    bench = Bench(options, folder)
    start, load = time.time(), os.getloadavg()[0]
    for make, settings in places(options.build, folder):
        place = make()
        if not place.latency_ms:
            bench.check_answers(place)
        for clients, _ in settings:
            bench.measure(place, clients)
        if place.name == "postgresql" and not place.latency_ms:
            bench.count_wire(place)
    results = report.results(bench.records, options, time.time() - start, load)
    path = options.build / "bench-peers" / "results.json"
    path.parent.mkdir(exist_ok=True)
    report.write_results(results, path)
    if options.write:
        report.write_all(results, HERE.parent.parent)
    print(f"peers: {path}, {time.time() - start:.0f} s")


def main():
    parser = argparse.ArgumentParser(description="Compares tenon with other libraries.")
    parser.add_argument("build", type=pathlib.Path)
    parser.add_argument("--quick", action="store_true", help="short runs")
    parser.add_argument("--show", action="store_true", help="tables and plots of the last results")
    parser.add_argument("--check", action="store_true", help="compare answers only")
    parser.add_argument("--only", action="append", metavar="PEER")
    parser.add_argument("--work", action="append", metavar="WORK")
    parser.add_argument("--write", action="store_true", help="results, plots and tables")
    options = parser.parse_args()
    options.build = options.build.resolve()
    if options.show:
        found = json.loads((options.build / "bench-peers/results.json").read_text("utf-8"))
        report.write_all(found, HERE.parent.parent)
        return
    options.ms, options.rounds = (60, 1) if options.quick else (300, 3)
    with tempfile.TemporaryDirectory(prefix="tenon-peers.", dir=fastest_folder()) as folder:
        (check if options.check else measure)(options, pathlib.Path(folder))


def fastest_folder():
    """In memory where there is such a folder: how fast a disk writes is not the question here."""
    return "/dev/shm" if os.access("/dev/shm", os.W_OK) else None


if __name__ == "__main__":
    main()
