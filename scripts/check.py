"""Everything that must hold before a change is landed: `make check`.

    python3 scripts/check.py [leg …]

Each leg is one function below, named as on the command line; without arguments all run but those
ON_REQUEST. Legs with the same build folder run one after another, the others side by side, because
most tests wait for a database or a deadline and not for a processor. A leg prints one line with its
result and time, and what was wrong when something was. Test cases are counted one by one (cmocka
says how many it ran), and each leg counts as one case more; the last line is "N passed, N failed"
and the exit status is 1 when anything failed. Nothing is skipped: a missing program fails its leg.

Legs that test have a PostgreSQL of their own: see scripts/with-postgres.sh.
"""

import concurrent.futures
import hashlib
import json
import os
import pathlib
import re
import subprocess
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
GCC = ROOT / "build-gcc"
CLANG = ROOT / "build-clang"
CLANG_RELEASE = ROOT / "build-clang-release"
TSAN = ROOT / "build-tsan"
BUILDS = {
    GCC: (["--buildtype=release"], {"CC": "gcc", "CXX": "g++"}),
    CLANG: (
        ["--buildtype=debug", "-Db_sanitize=address,undefined"],
        {"CC": "clang", "CC_LD": "lld", "CXX": "clang++"},
    ),
    CLANG_RELEASE: (["--buildtype=release"], {"CC": "clang", "CC_LD": "lld", "CXX": "clang++"}),
    TSAN: (
        ["--buildtype=debug", "-Db_sanitize=thread"],
        {"CC": "clang", "CC_LD": "lld", "CXX": "clang++"},
    ),
}
broken = set()  # folders of which a leg has already said what does not build
WITH_POSTGRES = ROOT / "scripts" / "with-postgres.sh"
# Test programs at a time: most of them wait. Those with a priority in their meson.build come first.
TESTS_AT_ONCE = 2 * (os.cpu_count() or 1)
THREADED = [
    "async/async",
    "async/batch",
    "async/traced",
    "codec/codec",
    "db/pool",
    "db/caches",
    "db/transaction_function",
    "driver/sqlite_run",
    "model/cancel",
    "robust/bank",
    "robust/crowd",
    "robust/lost-server",
    "robust/replicas",
    "robust/threads",
    "robust/wire",
    "trace/statistics",
]
# Tests that go through every place where something can fail with TENON_FAULTS=all, else some.
THINNED = [
    "commands/killed",
    "driver/postgres_types",
    "robust/every-call-postgresql",
    "robust/every-call-sqlite",
]
PATIENT = ["--timeout-multiplier", "4"]  # for sanitizers, and for a machine that has other work
FOLDERS = ["include", "lib", "tool", "tests", "bench", "examples"]
LONGEST_REPORT = 60  # lines of one failed test


class Failed(Exception):
    """A leg cannot go on; the text says why."""


class Tally:
    """What one leg has counted and what it has to say."""

    def __init__(self):
        self.passed = 0
        self.failed = 0
        self.report = []

    def complain(self, text):
        self.report += text.rstrip().splitlines()


def run(*command, env=None):
    """Runs a program to its end; its exit status and all that it said."""
    try:
        done = subprocess.run(
            [str(word) for word in command],
            cwd=ROOT,
            env={**os.environ, **(env or {})},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            stdin=subprocess.DEVNULL,
            errors="replace",
            check=False,
        )
    except FileNotFoundError as missing:
        raise Failed(f"{missing.filename} is not installed; run scripts/setup.sh") from missing
    return done.returncode, done.stdout


def must(*command, env=None):
    status, output = run(*command, env=env)
    if status != 0:
        raise Failed(output)
    return output


def build(folder, *targets):
    """Makes the build folder when it is not there, and compiles with warnings as errors."""
    options, env = BUILDS[folder]
    if folder in broken:
        raise Failed(f"{folder.name} does not build: see above")
    if not (folder / "build.ninja").exists():
        must("meson", "setup", folder, "--werror", "-Dtests=enabled", *options, env=env)
    status, output = run("ninja", "-k", "0", "-C", folder, *targets)
    if status != 0:
        broken.add(folder)
        progress = re.compile(r"^\[\d+/\d+\] (Comp|Link|Gener).*\n", re.M)
        raise Failed(progress.sub("", output[max(output.find("FAILED:"), 0) :]))


def c_files(*endings):
    for folder in FOLDERS:
        for path in sorted((ROOT / folder).rglob("*")):
            if path.suffix in endings and path.is_file():
                yield path


# ---- tests ---------------------------------------------------------------------------------------


def count_cases(test):
    """Passed and failed cases of one test program, from meson's record of it. A cmocka program
    announces how many it is going to run, so that those behind a crash count as failed; others may
    print "N passed, N failed"; what does neither is one case."""
    output = test.get("stdout", "") + "\n" + test.get("stderr", "")
    is_ok = test["result"] == "OK"
    told = re.search(r"^(\d+) passed, (\d+) failed$", output, re.M)
    if told:
        return int(told[1]), max(int(told[2]), int(not is_ok))
    announced = sum(int(n) for n in re.findall(r"^\[=+\] Running (\d+) test", output, re.M))
    if announced == 0:
        return int(is_ok), int(not is_ok)
    passed = len(re.findall(r"^\[ +OK +\] ", output, re.M))
    return passed, max(announced - passed, int(not is_ok))


def run_tests(tally, folder, *selection, needs_server=True, env=None):
    """Of a build folder that is up to date."""
    log = "leg-" + re.sub(r"\W+", "-", " ".join(selection)).strip("-")
    options = ["--no-rebuild", "--logbase", log, "--num-processes", TESTS_AT_ONCE, *PATIENT]
    record = folder / "meson-logs" / (log + ".json")
    record.unlink(missing_ok=True)
    command = ["meson", "test", "-C", folder, *options, *selection]
    status, output = run(*([WITH_POSTGRES] if needs_server else []), *command, env=env)
    if not record.exists():
        raise Failed("no test was run\n" + output)
    tests = [json.loads(line) for line in record.read_text().splitlines()]
    for test in tests:
        passed, failed = count_cases(test)
        tally.passed += passed
        tally.failed += failed
        if failed:
            said = (test.get("stdout", "") + test.get("stderr", "")).splitlines()
            wanted = [line for line in said if not re.match(r"\[ (RUN|     OK) ", line)]
            tally.complain(f"{test['name']}: {test['result']}, exit status {test['returncode']}")
            tally.report += ["    " + line for line in wanted[-LONGEST_REPORT:]]
    if status != 0 and tally.failed == 0:
        raise Failed(output)


def program_of(test):
    return "tests/test-" + test.replace("/", "-")


def gcc(tally):
    """release build with gcc, all unit and golden tests"""
    build(GCC)
    run_tests(tally, GCC, "--no-suite", "house", "--no-suite", "fuzz")


def sanitizers(tally):
    """the same with clang, address and undefined-behaviour sanitizers"""
    build(CLANG)
    run_tests(tally, CLANG, "--no-suite", "house", "--no-suite", "fuzz")


def clang(tally):
    """release build with clang, whose optimizer is another than gcc's; for `make heavy`"""
    build(CLANG_RELEASE)
    run_tests(tally, CLANG_RELEASE, "--no-suite", "house", "--no-suite", "fuzz")


def whole(tally):
    """what the legs above take a part of, to its end; for `make heavy`"""
    for folder in (GCC, CLANG):
        build(folder, *(program_of(name) for name in THINNED))
        run_tests(tally, folder, *THINNED, env={"TENON_FAULTS": "all"})


def threads(tally):
    """the tests with many threads, under the thread sanitizer"""
    build(TSAN, *(program_of(name) for name in THREADED))
    run_tests(tally, TSAN, *THREADED)


def fuzz(tally):
    """every corpus replayed through its fuzz target, with the sanitizers"""
    build(CLANG)
    run_tests(tally, CLANG, "--suite", "fuzz", needs_server=False)


def house(tally):
    """the tests about the tree itself"""
    build(GCC)
    run_tests(tally, GCC, "--suite", "house", needs_server=False)


def costs(tally):
    """a call takes the instructions and allocations that it took; see bench/gate.py"""
    build(GCC, "bench-sides")
    status, output = run(WITH_POSTGRES, sys.executable, "bench/gate.py", GCC)
    tally.complain(output)
    if status != 0:
        raise Failed("when that is meant: make costs")


# ---- checks of the text --------------------------------------------------------------------------


def format(tally):
    """clang-format changes nothing"""
    status, output = run("clang-format", "--dry-run", "-Werror", *c_files(".c", ".h"))
    if status != 0:
        paths = {line.split(":")[0] for line in output.splitlines() if ": error:" in line}
        files = sorted(os.path.relpath(path, ROOT) for path in paths)
        raise Failed("\n".join(files) + "\nrun `make format`")


def dependencies(folder):
    """Each source file of the tree with the files of the tree that it was compiled from."""
    result, files = {}, []
    for line in must("ninja", "-C", folder, "-t", "deps").splitlines():
        if line.startswith("    "):
            path = (folder / line.strip()).resolve()
            if ROOT in path.parents and folder not in path.parents:
                files.append(path)
        elif files:
            result[files[0]] = files
            files = []
    return result


def fingerprint(files):
    configuration = sorted(ROOT.glob(".clang-tidy")) + sorted(ROOT.glob("*/.clang-tidy"))
    digest = hashlib.sha256(must("clang-tidy", "--version").encode())
    for path in [*files, *configuration]:
        digest.update(path.read_bytes())
    return digest.hexdigest()


def without_notes(lines):
    """The complaints themselves; the path that the analyzer took to them is left out."""
    is_complaint = False
    for line in lines:
        if re.match(r"\S+:\d+:\d+: ", line):
            is_complaint = ": note:" not in line
        if is_complaint:
            yield line


# The analyzer follows the paths of a function until it has seen this many states of it; its own
# limit of 225,000 takes many times as long, and is for `deep`; with 5,000 it says what is not so.
FEWER_STATES = "-Xclang -analyzer-config -Xclang max-nodes=10000"
SHALLOW = [f"--extra-arg={word}" for word in FEWER_STATES.split()]


def tidy(tally, depth=SHALLOW):
    """clang-tidy finds nothing; a file is looked at again only after it or its headers changed"""
    build(CLANG)
    known = CLANG / ("tidy" if depth else "deep")
    known.mkdir(exist_ok=True)

    def look_at(source, files):
        mark = known / fingerprint(files)
        if mark.exists():
            return ""
        status, output = run("clang-tidy", "-p", CLANG, "--quiet", *depth, source)
        if status == 0:
            mark.touch()
            return ""
        return output

    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        sources = dependencies(CLANG)
        for output in pool.map(look_at, sources.keys(), sources.values()):
            tally.complain("\n".join(without_notes(output.splitlines())))
    if tally.report:
        raise Failed("")


def deep(tally):
    """clang-tidy with all the patience that its analyzer has by itself; for `make heavy`"""
    tidy(tally, [])


def cppcheck(tally):
    """cppcheck finds nothing; the rule set is in scripts/cppcheck.txt"""
    build(GCC)
    folder = GCC / "cppcheck"
    folder.mkdir(exist_ok=True)
    commands = json.loads((GCC / "compile_commands.json").read_text())
    # The rest is generated. What several programs are made of is looked at once.
    written = {one["file"]: one for one in commands if one["file"].startswith("../")}
    (folder / "commands.json").write_text(json.dumps(list(written.values())))
    status, output = run(
        "cppcheck",
        "--quiet",
        f"-j{os.cpu_count()}",
        f"--project={folder / 'commands.json'}",
        f"--cppcheck-build-dir={folder}",
        f"--suppressions-list={ROOT / 'scripts' / 'cppcheck.txt'}",
        "--enable=warning,style,performance,portability",
        "--library=posix",
        "--inline-suppr",
        "--error-exitcode=1",
    )
    if status != 0:
        raise Failed(output)


# Side by side; in each line one after another.
LANES = [
    [sanitizers, fuzz, tidy, deep],
    [gcc, house, costs, cppcheck, format, threads, clang, whole],
]
LEGS = [leg for lane in LANES for leg in lane]
ON_REQUEST = [deep, clang, whole]


def run_leg(leg):
    """Passed and failed cases of a leg, itself included."""
    tally = Tally()
    start = time.monotonic()
    try:
        leg(tally)
        is_done = tally.failed == 0
    except Failed as failure:
        tally.complain(str(failure))
        is_done = False
    cases = f", {tally.passed} passed, {tally.failed} failed" if tally.passed + tally.failed else ""
    verdict = "ok" if is_done else "FAILED"
    headline = f"{leg.__name__:<11} {verdict:<6} {time.monotonic() - start:6.1f} s{cases}"
    print("\n    ".join([headline, *tally.report]), flush=True)
    return tally.passed + is_done, tally.failed + (not is_done)


def run_lane(legs):
    results = [run_leg(leg) for leg in legs]
    return sum(passed for passed, _ in results), sum(failed for _, failed in results)


def main():
    names = [leg.__name__ for leg in LEGS]
    wanted = sys.argv[1:] or [leg.__name__ for leg in LEGS if leg not in ON_REQUEST]
    unknown = [name for name in wanted if name not in names]
    if unknown:
        print(f"check: unknown leg '{unknown[0]}'; there are {', '.join(names)}", file=sys.stderr)
        return 2
    start = time.monotonic()
    lanes = [[leg for leg in lane if leg.__name__ in wanted] for lane in LANES]
    with concurrent.futures.ThreadPoolExecutor(len(lanes)) as pool:
        results = list(pool.map(run_lane, lanes))
    failed = sum(result[1] for result in results)
    print(f"{'all':<11} {'FAILED' if failed else 'ok':<6} {time.monotonic() - start:6.1f} s")
    print(f"{sum(result[0] for result in results)} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
