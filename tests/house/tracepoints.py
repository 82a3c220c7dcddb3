"""The tracepoints that docs/observability.md lists are in the library, with their arguments.

    tracepoints.py LIBTENON-TRACE.SO
"""

import re
import subprocess
import sys

EXPECTED = {"statement": 5, "slow": 3}


def main():
    notes = subprocess.run(
        ["readelf", "-n", sys.argv[1]], capture_output=True, text=True, check=True
    ).stdout
    found = re.findall(r"Provider: tenon\s+Name: (\w+)\s.*?Arguments: ([^\n]*)", notes, re.S)
    arguments = {name: len(texts.split()) for name, texts in found}
    complaints = [
        f"tenon:{name} has {arguments.get(name, 'no')} arguments, not {count}"
        for name, count in EXPECTED.items()
        if arguments.get(name) != count
    ]
    complaints += [f"tenon:{name} is not expected" for name in arguments if name not in EXPECTED]
    print("\n".join(complaints or [f"{len(arguments)} tracepoints"]))
    return 1 if complaints else 0


sys.exit(main())
