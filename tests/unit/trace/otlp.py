"""Whether a JSON text is what OTLP/HTTP takes: the mapping of protobuf to JSON, checked against the
messages of opentelemetry/proto (v1) that are written down here.

    otlp.py metrics|traces FILE
"""

import json
import pathlib
import re
import sys

NUMBER, STRING, FLAG = "number", "string", "flag"
INT64 = re.compile(r"-?\d+$").match
HEX = re.compile(r"[0-9a-f]+$").match

# Message: field: type. A list is a repeated field. int64 and fixed64 are texts in JSON,
# enumerations numbers, ids hexadecimal (where OTLP leaves the mapping, which says base64).
MESSAGES = {
    "ExportMetricsServiceRequest": {"resourceMetrics": ["ResourceMetrics"]},
    "ResourceMetrics": {"resource": "Resource", "scopeMetrics": ["ScopeMetrics"]},
    "ScopeMetrics": {"scope": "Scope", "metrics": ["Metric"]},
    "Metric": {
        "name": STRING, "description": STRING, "unit": STRING,
        "gauge": "Gauge", "sum": "Sum", "histogram": "Histogram",
    },
    "Gauge": {"dataPoints": ["NumberDataPoint"]},
    "Sum": {
        "dataPoints": ["NumberDataPoint"], "aggregationTemporality": "enum", "isMonotonic": FLAG,
    },
    "Histogram": {"dataPoints": ["HistogramDataPoint"], "aggregationTemporality": "enum"},
    "NumberDataPoint": {
        "attributes": ["KeyValue"], "startTimeUnixNano": "int64", "timeUnixNano": "int64",
        "asInt": "int64", "asDouble": NUMBER,
    },
    "HistogramDataPoint": {
        "attributes": ["KeyValue"], "startTimeUnixNano": "int64", "timeUnixNano": "int64",
        "count": "int64", "sum": NUMBER, "min": NUMBER, "max": NUMBER,
        "bucketCounts": ["int64"], "explicitBounds": [NUMBER],
    },
    "ExportTraceServiceRequest": {"resourceSpans": ["ResourceSpans"]},
    "ResourceSpans": {"resource": "Resource", "scopeSpans": ["ScopeSpans"]},
    "ScopeSpans": {"scope": "Scope", "spans": ["Span"]},
    "Span": {
        "traceId": "trace id", "spanId": "span id", "parentSpanId": "span id", "name": STRING,
        "kind": "enum", "startTimeUnixNano": "int64", "endTimeUnixNano": "int64",
        "attributes": ["KeyValue"], "status": "Status",
    },
    "Status": {"message": STRING, "code": "enum"},
    "Resource": {"attributes": ["KeyValue"]},
    "Scope": {"name": STRING, "version": STRING},
    "KeyValue": {"key": STRING, "value": "AnyValue"},
    "AnyValue": {"stringValue": STRING, "intValue": "int64"},
}
REQUIRED = {
    "Metric": ["name"],
    "NumberDataPoint": ["timeUnixNano"],
    "HistogramDataPoint": ["timeUnixNano", "count"],
    "Span": ["traceId", "spanId", "name", "startTimeUnixNano", "endTimeUnixNano"],
    "KeyValue": ["key", "value"],
}
SCALARS = {
    NUMBER: lambda v: isinstance(v, (int, float)) and not isinstance(v, bool),
    STRING: lambda v: isinstance(v, str),
    FLAG: lambda v: isinstance(v, bool),
    "enum": lambda v: isinstance(v, int) and not isinstance(v, bool),
    "int64": lambda v: isinstance(v, str) and INT64(v),
    "trace id": lambda v: isinstance(v, str) and len(v) == 32 and HEX(v) and v.strip("0"),
    "span id": lambda v: isinstance(v, str) and len(v) == 16 and HEX(v) and v.strip("0"),
}


def check(value, kind, where):
    if isinstance(kind, list):
        assert isinstance(value, list), f"{where}: not a list"
        for i, item in enumerate(value):
            check(item, kind[0], f"{where}[{i}]")
    elif kind in SCALARS:
        assert SCALARS[kind](value), f"{where}: {value!r} is no {kind}"
    else:
        check_message(value, kind, where)


def check_message(value, kind, where):
    assert isinstance(value, dict), f"{where}: not an object"
    for name, inner in value.items():
        assert name in MESSAGES[kind], f"{where}: {kind} has no {name}"
        check(inner, MESSAGES[kind][name], f"{where}.{name}")
    for name in REQUIRED.get(kind, []):
        assert name in value, f"{where}: {kind} needs {name}"
    if kind == "HistogramDataPoint":
        counts = [int(count) for count in value["bucketCounts"]]
        assert len(counts) == len(value["explicitBounds"]) + 1, f"{where}: buckets and bounds"
        assert sum(counts) == int(value["count"]), f"{where}: the buckets are not all"
        assert value["explicitBounds"] == sorted(set(value["explicitBounds"])), f"{where}: order"
    if kind == "Metric":
        data = [name for name in ("gauge", "sum", "histogram") if name in value]
        assert len(data) == 1, f"{where}: {len(data)} kinds of data"
    if kind == "Span":
        assert int(value["endTimeUnixNano"]) >= int(value["startTimeUnixNano"]), f"{where}: times"


def main():
    kinds = {"metrics": "ExportMetricsServiceRequest", "traces": "ExportTraceServiceRequest"}
    document = json.loads(pathlib.Path(sys.argv[2]).read_text())
    try:
        check_message(document, kinds[sys.argv[1]], "request")
    except AssertionError as complaint:
        print(complaint)
        return 1
    return 0


sys.exit(main())
