"""Whether calls still cost what they did: `make check` asks, and counts instead of measuring time.

    gate.py BUILD [--write]

An operation costs the instructions that are executed in libtenon itself (valgrind's callgrind; what
SQLite, libpq and libc make of it is theirs) and the blocks that its process allocates. Both hardly
change from run to run, so 2 % more or less than bench/baseline.txt says is a change of ours: less
is taken down there too, so that it is not lost again unseen. What a compiler makes of the code is
its own affair: a line of the baseline holds for one compiler, version and processor, and elsewhere
there is nothing to compare with.

--write takes down what is counted now.
"""

import argparse
import pathlib
import platform
import re
import subprocess
import sys
import tempfile

import run as bench

BASELINE = pathlib.Path(__file__).parent / "baseline.txt"
ALLOWED = 0.02
HEAD = "# See bench/gate.py. Compiler, operation, instructions in libtenon, allocations.\n"
# What a server sends in several pieces costs as much as there are pieces: no lists from PostgreSQL.
OPERATIONS = {
    "sqlite": ("find", "list", "create", "update", "create_many"),
    "postgresql": ("find", "create", "update"),
    "batch": ("batch_look", "batch_create", "batch_update"),
}
CALLS = {"list": 5, "create_many": 5}
USUAL_CALLS = 64
WARM_CALLS = 64  # behind them the round trip is known, and measured in one of 16 calls only


def compiler_of(library):
    """As "gcc-12.2-x86_64", from what the compiler has left in the library."""
    comment = subprocess.run(
        ["readelf", "-p", ".comment", library], capture_output=True, text=True, check=True
    ).stdout
    gcc = re.search(r"GCC: \(.*\) (\d+\.\d+)", comment)
    clang = re.search(r"clang version (\d+\.\d+)", comment)
    name = f"clang-{clang[1]}" if clang else f"gcc-{gcc[1]}" if gcc else "unknown"
    return f"{name}-{platform.machine()}"


def own_instructions(report):
    """Of a file of callgrind's: the cost lines below an `ob=` of libtenon. The line behind `calls=`
    is the cost of somebody else."""
    names, is_ours, is_call, total = {}, False, False, 0
    for line in report.read_text().splitlines():
        named = re.match(r"(c?)ob=\((\d+)\)(?: (.*))?", line)
        if named:
            names.setdefault(named[2], named[3])
            is_ours = is_ours if named[1] else "libtenon.so" in (names[named[2]] or "")
        elif line.startswith("calls="):
            is_call = True
        elif re.match(r"[+*\d-]\S* \d+$", line):
            total += int(line.split()[1]) if is_ours and not is_call else 0
            is_call = False
    return total


def count_instructions(database, work, calls, folder):
    report = folder / "callgrind"
    wrap = [
        "valgrind",
        "--tool=callgrind",
        f"--callgrind-out-file={report}",
        "--collect-atstart=no",
        "--toggle-collect=run_measured",
    ]
    side = bench.Side(database, "tenon", work, wrap=wrap)
    side.warm(WARM_CALLS if calls == USUAL_CALLS else bench.WARM_CALLS)
    side.run(calls)
    side.end()
    return own_instructions(report) / calls


def count(build, folder):
    """Operation → instructions, allocations."""
    costs = {}
    for name, works in OPERATIONS.items():
        is_batch = name == "batch"
        database = (
            bench.BatchDatabase(build, folder) if is_batch else bench.Database(name, build, folder)
        )
        for work in works:
            calls = CALLS.get(work, USUAL_CALLS)
            database.prepare()
            instructions = count_instructions(database, work, calls, folder)
            database.prepare()
            allocations = bench.count_allocations(database, "tenon", work, calls).allocations
            costs[f"{name}/{work}"] = (round(instructions), round(allocations, 1))
    return costs


def read_baseline():
    """Compiler → operation → what it may cost."""
    lines = BASELINE.read_text().splitlines() if BASELINE.exists() else []
    known = {}
    for compiler, operation, instructions, allocations in (
        line.split() for line in lines if line and line[0] != "#"
    ):
        known.setdefault(compiler, {})[operation] = (int(instructions), float(allocations))
    return known


def write_baseline(known):
    with BASELINE.open("w", encoding="utf-8") as file:
        file.write(HEAD)
        for compiler, costs in sorted(known.items()):
            for operation, cost in costs.items():
                file.write(f"{compiler} {operation} {cost[0]} {cost[1]}\n")


def changes(operation, before, now):
    for what, old, new in zip(("instructions", "allocations"), before, now):
        if abs(new - old) > ALLOWED * old:
            yield f"{operation}: {new} {what} a call, {old} in bench/baseline.txt"


def main():
    parser = argparse.ArgumentParser(description="Counts what calls cost.")
    parser.add_argument("build", type=pathlib.Path)
    parser.add_argument("--write", action="store_true", help="take the costs down")
    options = parser.parse_args()
    build, known = options.build.resolve(), read_baseline()
    compiler = compiler_of(build / "libtenon.so")
    if compiler not in known and not options.write:
        print(f"no baseline for {compiler}")
        return 0
    with tempfile.TemporaryDirectory(prefix="tenon-gate.", dir=bench.fastest_folder()) as folder:
        costs = count(build, pathlib.Path(folder))
    if options.write:
        write_baseline({**known, compiler: costs})
        return 0
    complaints = [
        line
        for operation, cost in costs.items()
        for line in changes(operation, known[compiler].get(operation, (0, 0)), cost)
    ]
    print("\n".join(complaints or [f"{len(costs)} operations cost what they did"]))
    return 1 if complaints else 0


if __name__ == "__main__":
    sys.exit(main())
