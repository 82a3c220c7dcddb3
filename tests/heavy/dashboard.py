"""Draws the dashboard: a program runs under load (dashboard.c), Prometheus is given what it
exported, and is asked what each panel of docs/observability/grafana.json asks. It is no picture of
Grafana, but of the same answers.

    scripts/with-postgres.sh python3 tests/heavy/dashboard.py BUILD

Writes docs/observability/dashboard.svg. Needs prometheus and promtool.
"""

import html
import json
import pathlib
import re
import subprocess
import sys
import tempfile
import time
import urllib.parse
import urllib.request

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
PORT = 19093
STEP = 1
UNIT = 40  # pixels of a column of the grid
ROW = 26  # of a row of it
COLORS = ["#3273c9", "#d9822b", "#2f9e62", "#b5406b", "#7557b8", "#6b7f1e", "#1f9aa8", "#8a6d3b"]
SUFFIXES = {"s": " s", "reqps": " /s", "percentunit": " %", "bytes": " KB"}
FACTORS = {"percentunit": 100, "bytes": 1 / 1024}


def record(build):
    """What the program exported, each name's samples together, as backfilling wants them."""
    text = subprocess.run(
        [build / "tests/heavy/heavy-dashboard"], capture_output=True, text=True, check=True
    ).stdout
    lines = [re.sub(r"^(\w+)(?:\{(.*)\})? ", label, line) for line in text.splitlines()]
    lines.sort(key=lambda line: (line.split("{")[0], float(line.rsplit(" ", 1)[1])))
    times = [float(line.rsplit(" ", 1)[1]) for line in lines]
    return "\n".join(lines) + "\n# EOF\n", min(times), max(times)


def label(found):
    labels = f"{found[2]}," if found[2] else ""
    return f'{found[1]}{{{labels}job="shop",instance="shop-1"}} '


def serve(folder, text):
    """A Prometheus that knows these samples and scrapes nothing."""
    folder = pathlib.Path(folder)
    (folder / "samples").write_text(text)
    (folder / "prometheus.yml").write_text("global: {}\n")
    command = ["promtool", "tsdb", "create-blocks-from", "openmetrics"]
    subprocess.run([*command, folder / "samples", folder / "data"], check=True, capture_output=True)
    options = {
        "config.file": folder / "prometheus.yml",
        "storage.tsdb.path": folder / "data",
        "storage.tsdb.retention.time": "10y",
        "web.listen-address": f"127.0.0.1:{PORT}",
    }
    arguments = [f"--{name}={value}" for name, value in options.items()]
    server = subprocess.Popen(["prometheus", *arguments], stderr=subprocess.DEVNULL)
    for _ in range(600):
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{PORT}/-/ready")
            return server
        except OSError:
            time.sleep(0.1)
    server.terminate()
    raise SystemExit("Prometheus does not answer")


def ask(expression, start, end):
    """The series of a panel's question: labels, and pairs of time and value."""
    expression = expression.replace("$job", ".*").replace("$__rate_interval", "5s")
    query = {"query": expression, "start": start + 6, "end": end, "step": STEP}
    url = f"http://127.0.0.1:{PORT}/api/v1/query_range?{urllib.parse.urlencode(query)}"
    with urllib.request.urlopen(url) as answer:
        found = json.load(answer)["data"]["result"]
    return [(s["metric"], [(t, float(v)) for t, v in s["values"]]) for s in found]


def legend(form, metric):
    text = re.sub(r"\{\{(\w+)\}\}", lambda name: metric.get(name[1], ""), form or "")
    return re.sub(r" [0-9a-f]{16}$", "", text.strip())


def series_of(panel, start, end):
    drawn = []
    for target in panel["targets"]:
        for metric, points in ask(target["expr"], start, end):
            points = [(t, v) for t, v in points if v == v]
            if points:
                drawn.append((legend(target.get("legendFormat"), metric), points))
    drawn.sort(key=lambda item: -max(v for _, v in item[1]))
    return drawn[: len(COLORS)]


def draw_panel(panel, drawn, start, end):
    grid, unit = panel["gridPos"], panel["fieldConfig"]["defaults"].get("unit")
    factor, suffix = FACTORS.get(unit, 1), SUFFIXES.get(unit, "")
    left, top = grid["x"] * UNIT + 6, grid["y"] * ROW + 6
    width, height = grid["w"] * UNIT - 12, grid["h"] * ROW - 12
    inner = (left + 62, top + 30, width - 74, height - 64)
    most = max((v for _, points in drawn for _, v in points), default=0) or 1
    yield f'<rect x="{left}" y="{top}" width="{width}" height="{height}" class="panel"/>'
    yield f'<text x="{left + 10}" y="{top + 19}" class="title">{html.escape(panel["title"])}</text>'
    for part in (0, 0.5, 1):
        y = inner[1] + inner[3] * (1 - part)
        yield f'<path d="M{inner[0]} {y:.0f}h{inner[2]}" class="line"/>'
        value = most * part * factor
        shown = (f"{value:,.0f}" if value >= 100 else f"{value:.3g}") + suffix
        yield f'<text x="{inner[0] - 6}" y="{y + 4:.0f}" class="tick">{shown}</text>'
    x = inner[0]
    for i, (name, points) in enumerate(drawn):
        path = "L".join(
            f"{inner[0] + inner[2] * (t - start) / (end - start):.1f} "
            f"{inner[1] + inner[3] * (1 - v / most):.1f}"
            for t, v in points
        )
        yield f'<path d="M{path}" fill="none" stroke="{COLORS[i]}" stroke-width="1.6"/>'
        if x < left + width - 60:
            place = f'x="{x}" y="{top + height - 10}" fill="{COLORS[i]}"'
            yield f'<text {place} class="name">{html.escape(name)}</text>'
        x += 18 + 7 * len(name)


def draw(panels, start, end):
    panels = [p for p in panels if p["type"] == "timeseries"]
    bottom = max(p["gridPos"]["y"] + p["gridPos"]["h"] for p in panels)
    yield f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {24 * UNIT} {bottom * ROW}" '
    yield 'font-family="sans-serif"><style>.panel{fill:#fff;stroke:#d5d8de}.line{stroke:#e8eaee}'
    yield ".title{font-size:13px;fill:#222}.tick{font-size:10px;fill:#667;text-anchor:end}"
    yield ".name{font-size:11px}</style>"
    yield f'<rect width="{24 * UNIT}" height="{bottom * ROW}" fill="#f4f5f7"/>'
    for panel in panels:
        yield from draw_panel(panel, series_of(panel, start, end), start, end)
    yield "</svg>\n"


def close_gap(panels):
    """Where the table of texts stands, which is not drawn."""
    table = next(p["gridPos"] for p in panels if p["type"] == "table")
    for panel in panels:
        if panel["gridPos"]["y"] > table["y"]:
            panel["gridPos"]["y"] -= table["h"]


def main():
    text, start, end = record(pathlib.Path(sys.argv[1]))
    panels = json.loads((ROOT / "docs/observability/grafana.json").read_text())["panels"]
    close_gap(panels)
    with tempfile.TemporaryDirectory() as folder:
        server = serve(folder, text)
        try:
            picture = "\n".join(draw(panels, start, end))
        finally:
            server.terminate()
            server.wait()
    (ROOT / "docs/observability/dashboard.svg").write_text(picture)


if __name__ == "__main__":
    main()
