"""What becomes of the runs: a record each, printed as they come, kept as JSON, and shown as tables
and plots."""

import datetime
import json
import os
import pathlib
import platform
import re
import statistics
import subprocess


# ---- latencies -----------------------------------------------------------------------------------


def bucket_ns(bucket):
    """The middle of a bucket of peer.c."""
    if bucket < 64:
        return bucket
    shift = bucket // 32 - 1
    return ((bucket % 32 + 32) << shift) + (1 << shift) // 2


def percentile_us(counts, share):
    """Of {bucket: count}."""
    left = share * sum(counts.values())
    for bucket in sorted(counts):
        left -= counts[bucket]
        if left <= 0:
            return round(bucket_ns(bucket) / 1000, 3)
    return None


def record(place, work, clients, peer, runs, peak_kb):
    latencies = {}
    for run in runs:
        for bucket, count in run["latencies"].items():
            latencies[int(bucket)] = latencies.get(int(bucket), 0) + count
    return {
        "database": place.name,
        "latency_ms": place.latency_ms,
        "clients": clients,
        "work": work,
        "peer": peer,
        "per_second": round(statistics.median(r["calls"] / r["ns"] * 1e9 for r in runs), 2),
        "processor_us": round(
            statistics.median(r["processor_ns"] / max(r["calls"], 1) / 1000 for r in runs), 3
        ),
        "p50_us": percentile_us(latencies, 0.50),
        "p99_us": percentile_us(latencies, 0.99),
        "peak_kb": peak_kb,
        "runs": [[r["calls"], r["ns"], r["processor_ns"]] for r in runs],
    }


def print_rows(rows):
    if not rows:
        return
    first = rows[0]
    where = f"{first['database']} + {first['latency_ms']} ms, {first['clients']} clients"
    best = rows[0]["per_second"]
    print(f"{where}, {first['work']}:")
    for row in rows:
        print(
            f"  {row['peer']:16} {row['per_second']:11.1f}/s {row['per_second'] / best:6.3f}"
            f"  p50 {row['p50_us']:9.1f} µs  p99 {row['p99_us']:9.1f} µs"
            f"  cpu {row['processor_us']:9.2f} µs  {row['peak_kb'] / 1024:6.1f} MB",
            flush=True,
        )


# ---- what it was measured with -------------------------------------------------------------------


def said(*command):
    try:
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()
    except (OSError, subprocess.CalledProcessError):
        return None


def processor():
    text = pathlib.Path("/proc/cpuinfo").read_text("utf-8")
    found = re.search(r"model name\s*: (.*)", text)
    return found[1] if found else platform.processor()


def debian_versions():
    names = (
        "postgresql-15 libpq5 libsqlite3-0 gcc libsoci-core4.0 libzdb11 libecpg6 "
        "python3-sqlalchemy python3-django python3-psycopg2"
    )
    listed = said("dpkg-query", "-W", "-f", "${Package} ${Version}\n", *names.split()) or ""
    return dict(line.split() for line in listed.splitlines() if len(line.split()) == 2)


def npm_versions():
    package = pathlib.Path(__file__).parent / "package.json"
    return json.loads(package.read_text("utf-8"))["dependencies"] if package.exists() else {}


def results(records, options, seconds):
    return {
        "date": datetime.date.today().isoformat(),
        "machine": f"{processor()}, {os.cpu_count()} processors, Linux {platform.release()}",
        "method": f"{options.rounds} runs of {options.ms} ms each after a shorter one; medians",
        "seconds": round(seconds),
        "versions": {
            "python": platform.python_version(),
            "node": said("node", "--version"),
            **debian_versions(),
            **npm_versions(),
        },
        "records": records,
    }


def write_results(found, path):
    """A record a line, so that two states can be compared."""
    head = {name: value for name, value in found.items() if name != "records"}
    lines = ",\n".join("    " + json.dumps(r, ensure_ascii=False) for r in found["records"])
    text = json.dumps(head, indent=2, ensure_ascii=False)[:-2]
    path.write_text(f'{text},\n  "records": [\n{lines}\n  ]\n}}\n', "utf-8")
