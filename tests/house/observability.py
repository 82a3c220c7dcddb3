"""The dashboard and the alert rules of docs/observability: what Prometheus' own tool says of their
expressions, that the alerts fire when they should, and that every metric they name is exported.

    observability.py ROOT
"""

import json
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

METRIC = re.compile(r"\btenon_\w+")
SUFFIX = re.compile(r"_(bucket|sum|count)$")


def promtool(*arguments):
    result = subprocess.run(
        ["promtool", *arguments], capture_output=True, text=True, check=False
    )
    return [] if result.returncode == 0 else [result.stdout + result.stderr]


def check_alerts(root, folder):
    shutil.copy(root / "docs/observability/alerts.yml", folder)
    shutil.copy(root / "tests/house/alerts.test.yml", folder)
    yield from promtool("check", "rules", folder / "alerts.yml")
    yield from promtool("test", "rules", folder / "alerts.test.yml")


def expressions_of(dashboard):
    for panel in dashboard["panels"]:
        for target in panel["targets"]:
            yield target["expr"].replace("$__rate_interval", "5m").replace("$job", ".+")


def check_dashboard(root, folder):
    """Its expressions as rules, which are parsed."""
    dashboard = json.loads((root / "docs/observability/grafana.json").read_text())
    ids = [panel["id"] for panel in dashboard["panels"]]
    if len(ids) != len(set(ids)):
        yield "panels share an id"
    rules = [{"record": "x:y", "expr": expression} for expression in expressions_of(dashboard)]
    path = folder / "expressions.yml"
    path.write_text(json.dumps({"groups": [{"name": "dashboard", "rules": rules}]}))
    yield from promtool("check", "rules", path, "--lint=none")


def check_metrics(root):
    sources = (root / "lib/trace").glob("prometheus*.c")
    exported = {name for source in sources for name in METRIC.findall(source.read_text())}
    for name in ("grafana.json", "alerts.yml"):
        text = (root / "docs/observability" / name).read_text()
        for metric in sorted(set(METRIC.findall(text))):
            if metric not in exported and SUFFIX.sub("", metric) not in exported:
                yield f"docs/observability/{name} names {metric}, which nothing exports"


def main():
    root = pathlib.Path(sys.argv[1])
    with tempfile.TemporaryDirectory() as place:
        folder = pathlib.Path(place)
        complaints = [
            *check_alerts(root, folder), *check_dashboard(root, folder), *check_metrics(root)
        ]
    print("\n".join(complaints or ["the dashboard and the alerts are as they should be"]))
    return 1 if complaints else 0


sys.exit(main())
