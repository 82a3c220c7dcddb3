"""How long functions and files are, and how deep statements are nested.

    sizes.py ROOT [--all]

The budgets: a function 80 lines, a file 600, four levels of nesting; over the whole tree half of
the functions at most 15 lines and nine of ten at most 40. A table or one flat `switch` may be
longer when long.txt names it with the reason. Functions are found by the layout that clang-format
enforces: the braces of a function, and no others, stand at the beginning of a line. With --all the
longest are listed.
"""

import pathlib
import re
import sys

MOST_LINES = 80
MOST_FILE_LINES = 600
MOST_LEVELS = 4
MEDIAN_LINES = 15
NINTH_DECILE_LINES = 40
FOLDERS = ["include", "lib", "tool", "tests", "bench", "examples"]
NOT_OURS = ["tests/golden/", "tests/must_not_compile/"]  # inputs and outputs of tests
ENDS_EARLIER = re.compile(r"\s*$|[}#]| \*|.*\*/$")  # what stands before a function
STATEMENT = re.compile(r"^( +)(?:\} )?(?:if|for|while|switch|do)\b")


class Function:
    def __init__(self, file, name, lines, depth):
        self.where = f"{file}:{name}"
        self.lines = lines
        self.depth = depth


def name_before(lines, brace):
    """The function whose opening brace is line `brace`: the word before the first parenthesis."""
    start = brace
    while start > 0 and not ENDS_EARLIER.match(lines[start - 1]):
        start -= 1
    found = re.search(r"(\w+)\(", " ".join(lines[start:brace]))
    return found[1] if found else f"line {brace + 1}"


def functions_of(file, lines):
    start, depth = None, 0
    for number, line in enumerate(lines):
        if line == "{":
            start, depth = number, 0
        elif line == "}" and start is not None:
            yield Function(file, name_before(lines, start), number - start + 1, depth)
            start = None
        elif start is not None:
            statement = STATEMENT.match(line)
            depth = max(depth, len(statement[1]) // 4) if statement else depth


def read_exceptions(path):
    return {line.split()[0] for line in path.read_text().splitlines() if line and line[0] != "#"}


def measure(root):
    functions, files = [], {}
    for folder in FOLDERS:
        for path in sorted((root / folder).rglob("*.[ch]")):
            name = path.relative_to(root).as_posix()
            if not name.startswith(tuple(NOT_OURS)):
                lines = path.read_text().splitlines()
                files[name] = len(lines)
                functions += functions_of(name, lines)
    return functions, files


def complain(functions, files, exceptions):
    for function in functions:
        if function.lines > MOST_LINES and function.where not in exceptions:
            yield f"{function.where}: {function.lines} lines, most are {MOST_LINES}"
        if function.depth > MOST_LEVELS:
            yield f"{function.where}: {function.depth} levels of nesting, most are {MOST_LEVELS}"
    for file, lines in files.items():
        if lines > MOST_FILE_LINES and file not in exceptions:
            yield f"{file}: {lines} lines, most are {MOST_FILE_LINES}"
    known = {function.where for function in functions} | set(files)
    yield from (f"long.txt: there is no {name}" for name in sorted(exceptions - known))


def complain_about_spread(lengths):
    median, ninth = lengths[len(lengths) // 2], lengths[len(lengths) * 9 // 10]
    print(
        f"{len(lengths)} functions, median {median}, nine of ten up to {ninth}, "
        f"longest {lengths[-1]}"
    )
    if median > MEDIAN_LINES:
        yield f"half of the functions have more than {MEDIAN_LINES} lines"
    if ninth > NINTH_DECILE_LINES:
        yield f"one of ten functions has more than {NINTH_DECILE_LINES} lines"


def main():
    root = pathlib.Path(sys.argv[1]).resolve()
    functions, files = measure(root)
    if "--all" in sys.argv:
        for function in sorted(functions, key=lambda f: -f.lines)[:50]:
            print(f"{function.lines:5} {function.where}")
    complaints = list(complain(functions, files, read_exceptions(root / "tests/house/long.txt")))
    complaints += complain_about_spread(sorted(function.lines for function in functions))
    print("\n".join(complaints))
    return 1 if complaints else 0


if __name__ == "__main__":
    sys.exit(main())
