"""The comparison with other libraries compares the same work: bench/peers.

    run.py BUILD

runs what it takes from bench/peers on both databases with the peers that are always built, those by
hand and tenon's, and looks at how it would tell a difference.
"""

import pathlib
import sys
import tempfile
import types

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent.parent / "bench" / "peers"))

import report  # noqa: E402
import run  # noqa: E402
import stage  # noqa: E402
import wire  # noqa: E402

OWN = ["libpq", "sqlite3", "libpq-pipelined", "tenon", "tenon-batch"]


def answers_are_equal_on_sqlite(options):
    with tempfile.TemporaryDirectory(prefix="tenon-peers.") as folder:
        place = stage.Sqlite(options.build, pathlib.Path(folder))
        run.Bench(options, folder).check_answers(place)


def answers_are_equal_on_postgresql(options):
    run.Bench(options, None).check_answers(stage.Postgresql(options.build))


def a_different_answer_is_found(_):
    peer = types.SimpleNamespace(name="other")
    try:
        run.compare_answers(("one", 1), peer, "find", 2)
    except SystemExit as found:
        assert "other" in str(found)
    else:
        raise AssertionError("nothing was found")


def a_percentile_is_that_of_a_call(_):
    """Half of the calls took 1 µs, half 1 ms."""
    counts = {5 * 32 + (1000 >> 5): 100, 15 * 32 + (1000000 >> 15): 100}
    assert abs(report.percentile_us(counts, 0.49) - 1) < 1 / 32
    assert abs(report.percentile_us(counts, 0.99) - 1000) < 1000 / 32


def statements_are_counted_by_their_messages(_):
    messages = wire.Messages()
    start = (8).to_bytes(4, "big") + b"1234"
    query = b"Q" + (5).to_bytes(4, "big") + b"\0"
    assert messages.types(start + query[:3]) == [b""]
    assert messages.types(query[3:] + query) == [b"Q", b"Q"]


TESTS = (
    a_different_answer_is_found,
    a_percentile_is_that_of_a_call,
    statements_are_counted_by_their_messages,
    answers_are_equal_on_sqlite,
    answers_are_equal_on_postgresql,
)


def main():
    options = types.SimpleNamespace(build=pathlib.Path(sys.argv[1]).resolve(), only=OWN, work=None)
    for test in TESTS:
        test(options)
    print(f"{len(TESTS)} passed, 0 failed")


if __name__ == "__main__":
    main()
