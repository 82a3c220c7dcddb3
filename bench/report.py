"""How run.py shows what it has measured: one line a piece of work, as soon as it is known."""

import os
import pathlib
import platform
import re
import subprocess


def pkg_version(name):
    return subprocess.run(
        ["pkg-config", "--modversion", name], capture_output=True, text=True, check=False
    ).stdout.strip()


def machine():
    cpu = re.search(r"model name\s*: (.*)", pathlib.Path("/proc/cpuinfo").read_text())
    return (
        f"{cpu[1] if cpu else platform.machine()}, {os.cpu_count()} cores, "
        f"Linux {platform.release().split('-')[0]}; "
        f"libpq {pkg_version('libpq')}, SQLite {pkg_version('sqlite3')}"
    )


def show_time(ns):
    for unit, size in ("ms", 1e6), ("µs", 1e3):
        if ns >= size:
            return f"{ns / size:.{1 if ns / size >= 100 else 2}f} {unit}"
    return f"{ns:.0f} ns"


def show_value(value, unit):
    if unit == "ns":
        return show_time(value)
    return f"{value:.{0 if value >= 100 else 1}f} {unit.split()[0]}"


def show_all(values, form):
    return " → ".join(f"{value:{form}}" for value in values or ())


def show_ratio(ratio):
    return f"{ratio:.3f}" if ratio else ""


def columns(result):
    mark = "" if result.is_met else "  above target"
    spread = f"{result.quartiles[0]:.3f}–{result.quartiles[1]:.3f}" if result.quartiles else ""
    return [
        result.name,
        show_value(result.raw, result.unit) if result.raw else "",
        show_value(result.careful, result.unit) if result.careful else "",
        show_value(result.tenon, result.unit),
        show_ratio(result.raw_ratio),
        show_ratio(result.ratio),
        spread,
        result.target,
        show_all(result.instructions, ",.0f"),
        show_all(result.allocations, ",.1f"),
        result.note + mark,
    ]


HEAD = ["", "bare", "careful", "tenon", "to bare", "careful", "quartiles", "target", "instructions"]
HEAD += ["allocations", ""]
WIDTHS = [24, 11, 11, 11, 9, 9, 13, 20, 34, 26, 0]
LEFT = (0, 7, 10)


def print_row(cells):
    line = "".join(
        f"{cell:<{width}}" if i in LEFT else f"{cell:>{width - 2}}  "
        for i, (cell, width) in enumerate(zip(cells, WIDTHS))
    )
    print(line.rstrip(), flush=True)
