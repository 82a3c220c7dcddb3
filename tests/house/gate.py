"""The gate of bench/gate.py opens and closes where it should, shown on counts made up here. The leg
`costs` of `make check` looks at real ones.

    gate.py ROOT
"""

import pathlib
import sys
import tempfile
import unittest

ROOT = pathlib.Path(sys.argv.pop(1)).resolve()
sys.path.insert(0, str(ROOT / "bench"))
import gate  # pylint: disable=wrong-import-position

# Two functions of libtenon around one of libpq. Behind `calls=` stands what the callee cost.
REPORT = """\
events: Ir
ob=(1) /somewhere/libtenon.so.0.1.0
fn=(1) tenon_find
100 7
cob=(2) /usr/lib/libpq.so.5
cfn=(2) PQgetvalue
calls=3 200
+4 90000
101 5
ob=(2)
fn=(2)
200 90000
ob=(1)
fn=(3) tenon_decode
300 11
"""


def complaints(before, now):
    return list(gate.changes("sqlite/find", before, now))


class Gate(unittest.TestCase):
    def test_two_percent_are_let_through(self):
        self.assertEqual(complaints((1000, 5.0), (1020, 5.1)), [])
        self.assertEqual(complaints((1000, 5.0), (980, 4.9)), [])

    def test_more_is_told(self):
        told = complaints((1000, 5.0), (1021, 5.0))
        self.assertEqual(
            told, ["sqlite/find: 1021 instructions a call, 1000 in bench/baseline.txt"]
        )

    def test_one_allocation_more_is_told(self):
        self.assertEqual(len(complaints((1000, 3.0), (1000, 4.0))), 1)

    def test_less_is_told_too(self):
        self.assertEqual(len(complaints((1000, 5.0), (900, 4.0))), 2)

    def test_an_operation_without_a_line_is_told(self):
        self.assertEqual(len(complaints((0, 0), (900, 4.0))), 2)

    def test_what_others_execute_is_theirs(self):
        with tempfile.TemporaryDirectory() as folder:
            report = pathlib.Path(folder) / "callgrind"
            report.write_text(REPORT, encoding="utf-8")
            self.assertEqual(gate.own_instructions(report), 7 + 5 + 11)

    def test_the_baseline_has_each_operation_of_its_compiler(self):
        wanted = {f"{name}/{work}" for name, works in gate.OPERATIONS.items() for work in works}
        for compiler, costs in gate.read_baseline().items():
            self.assertEqual(set(costs), wanted, compiler)


if __name__ == "__main__":
    unittest.main(verbosity=2)
