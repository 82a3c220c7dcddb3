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

import plot

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


def results(records, options, seconds, load):
    return {
        "date": datetime.date.today().isoformat(),
        "machine": f"{processor()}, {os.cpu_count()} processors, Linux {platform.release()}",
        "method": f"{options.rounds} runs of {options.ms} ms each after a shorter one; medians",
        "seconds": round(seconds),
        "load": [round(load, 2), round(os.getloadavg()[0], 2)],
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


# ---- tables and plots ----------------------------------------------------------------------------

TITLES = {
    "find": "find by key",
    "list": "list of 1,000 rows",
    "tree": "tree of three levels",
    "create": "insert one",
    "create_many": "insert 1,000",
    "update": "update",
    "upsert": "upsert",
    "aggregate": "aggregate",
    "find_merged": "find by key, merged",
}
DATABASES = {"postgresql": "PostgreSQL", "sqlite": "SQLite"}
BY_HAND = ("libpq", "sqlite3", "libpq-pipelined")
OWN = ("tenon", "tenon-batch")
TOGETHER = ("libpq-pipelined", "tenon-batch")
BEGIN, END = "<!-- figures: made by bench/peers -->", "<!-- end of figures -->"


def settings(records):
    """(database, latency, clients), in order."""
    return list(dict.fromkeys((r["database"], r["latency_ms"], r["clients"]) for r in records))


def of_setting(records, setting):
    return [r for r in records if (r["database"], r["latency_ms"], r["clients"]) == setting]


def title_of(setting):
    database, latency, clients = setting
    more = f", + {latency} ms" if latency else ""
    return f"{DATABASES[database]}{more}, {clients} client{'s' if clients > 1 else ''}"


def table(head, rows):
    marks = ["---"] + ["--:"] * (len(head) - 1)
    return "\n".join("| " + " | ".join(row) + " |" for row in (head, marks, *rows)) + "\n"


def first_of(found, names):
    return next((r for r in found if r["peer"] in names), None)


def rates(record):
    return [calls / ns for calls, ns, _ in record["runs"]]


def leaders(found):
    """The best of these, and those whose runs reach into its runs: they cannot be told apart."""
    best = max(found, key=lambda r: r["per_second"], default=None)
    return [r["peer"] for r in found if max(rates(r)) >= min(rates(best))]


def count_led(records):
    """In how many rows tenon is among the leaders, and of how many."""
    rows = {}
    for r in records:
        if r["peer"] not in (*BY_HAND, *TOGETHER):
            key = r["database"], r["latency_ms"], r["clients"], r["work"]
            rows.setdefault(key, []).append(r)
    return sum("tenon" in leaders(row) for row in rows.values()), len(rows)


def ratio_table(records):
    """Throughput of each peer as a share of that by hand; who leads the libraries is bold."""
    names = [n for n in dict.fromkeys(r["peer"] for r in records) if n not in TOGETHER]
    names = [name for name in names if name not in BY_HAND]
    works = [w for w in dict.fromkeys(r["work"] for r in records) if w != "find_merged"]
    rows = []
    for work in works:
        found = {r["peer"]: r for r in records if r["work"] == work}
        hand = first_of(found.values(), BY_HAND)
        bold = leaders([r for n, r in found.items() if n in names])
        cells = [TITLES[work], f"{plot.short(hand['per_second'])}/s"]
        for name in names:
            one = found.get(name)
            text = f"{one['per_second'] / hand['per_second']:.3f}" if one else "–"
            cells.append(f"**{text}**" if name in bold else text)
        rows.append(cells)
    return table(["throughput, by hand = 1", "by hand", *names], rows)


def cost_table(records):
    """What a call of each peer takes: of the rows with one client and no latency."""
    rows = []
    for work in dict.fromkeys(r["work"] for r in records):
        for r in (r for r in records if r["work"] == work):
            sent = f"{r['statements']:g}, {r['round_trips']:g}" if "statements" in r else "–"
            size = f"{r['sent_bytes']:,.0f}" if "statements" in r else "–"
            rows.append(
                [
                    TITLES[work] if r["peer"] in BY_HAND else "",
                    r["peer"],
                    f"{r['p50_us']:,.1f}",
                    f"{r['p99_us']:,.1f}",
                    f"{r['processor_us']:,.1f}",
                    f"{r['peak_kb'] / 1024:,.1f}",
                    sent,
                    size,
                ]
            )
    head = ["work", "peer", "p50 µs", "p99 µs", "CPU µs", "peak MB"]
    return table([*head, "statements, round trips", "bytes sent"], rows)


def together_table(records):
    """Sixty-four clients whose calls go together, beside those who wait for each answer."""
    rows = []
    for work in ("find", "find_merged", "create", "update", "upsert", "aggregate"):
        found = {r["peer"]: r["per_second"] for r in records if r["work"] == work}
        plain = {r["peer"]: r["per_second"] for r in records if r["work"] == work.split("_")[0]}
        if not all(name in found for name in TOGETHER) or "libpq" not in plain:
            continue
        hand, own = found["libpq-pipelined"], found["tenon-batch"]
        rows.append(
            [
                TITLES[work],
                f"{plot.short(plain['libpq'])}/s",
                f"{plot.short(hand)}/s",
                f"{plot.short(own)}/s",
                f"{hand / own:.3f}",
                f"{own / plain['libpq']:.1f}",
            ]
        )
    head = ["64 clients", "libpq, 64 connections", "libpq, pipelined on one", "tenon_batch on one"]
    return table([*head, "by hand ÷ tenon", "tenon ÷ unpipelined"], rows)


def kind_of(peer):
    return "hand" if peer in BY_HAND else "own" if peer in OWN else "other"


def plots(records):
    """File name → SVG: a row of the tables each."""
    made = {}
    for setting in settings(records):
        found = of_setting(records, setting)
        for work in dict.fromkeys(r["work"] for r in found if r["work"] != "find_merged"):
            rows = [r for r in found if r["work"] == work]
            title = f"{title_of(setting)}: {TITLES[work]}, calls a second"
            name = f"{setting[0]}-{setting[1]}ms-{setting[2]}-{work.replace('_', '-')}.svg"
            notes = [(r, f"p99 {r['p99_us']:,.0f} µs") for r in rows]
            made[name] = plot.bars(
                title, [(r["peer"], kind_of(r["peer"]), r["per_second"], n) for r, n in notes]
            )
    return made


def figures(found):
    """The part of docs/peers.md that is made."""
    records = found["records"]
    led, of = count_led(records)
    parts = [
        BEGIN,
        "Of the libraries tenon is first, or not to be told from the first, in "
        f"{led} of {of} rows.",
        "Bars and ratios of one row are of one run; ratios below 1 are slower than by hand. Bold "
        "is the best library, and whose runs reach into those of the best. The "
        "raw data, with versions and the runs one by one, is "
        "[bench/peers/results.json](../bench/peers/results.json); all plots are in "
        "[docs/peers](peers).",
        f"{found['machine']}, {found['date']}; {found['method']}, {found['seconds']} s in all; "
        f"load of the machine {found['load'][0]} before, {found['load'][1]} after "
        "(nothing else running: 0 to 1 before).",
        ", ".join(f"{name} {version}" for name, version in found["versions"].items()) + ".",
    ]
    for setting in settings(records):
        rows = of_setting(records, setting)
        parts += [f"### {title_of(setting)}", ratio_table(rows)]
        parts += [
            f"![{TITLES[work]}](peers/{setting[0]}-{setting[1]}ms-{setting[2]}-{work}.svg)"
            for work in ("find", "tree")
        ]
        if any(r["peer"] in TOGETHER for r in rows):
            parts.append(together_table(rows))
    for database in DATABASES:
        rows = of_setting(records, (database, 0, 1))
        parts += [f"### {DATABASES[database]}: what a call takes, one client", cost_table(rows)]
    return "\n\n".join([*parts, END])


def write_all(found, root):
    """The results, the plots and the tables, where they are committed."""
    write_results(found, root / "bench/peers/results.json")
    folder = root / "docs/peers"
    folder.mkdir(exist_ok=True)
    for name, svg in plots(found["records"]).items():
        (folder / name).write_text(svg, "utf-8")
    page = root / "docs/peers.md"
    before, _, rest = page.read_text("utf-8").partition(BEGIN)
    page.write_text(before + figures(found) + rest.partition(END)[2], "utf-8")
