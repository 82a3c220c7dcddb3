"""Who includes whom: every #include of lib/ and tool/ is held against needs.txt.

    layering.py ROOT
"""

import pathlib
import re
import sys

INCLUDE = re.compile(r'^\s*#\s*include\s+(["<])([^">]+)[">]', re.M)


def read_needs(path):
    """Folder → folders that it may use; <header> → folders that may use it."""
    needs = {}
    for line in path.read_text().splitlines():
        if line and not line.startswith("#"):
            name, _, used = line.partition(":")
            needs[name] = used.split()
    return needs


def folder_of(path, needs):
    """The folder of the table that a file belongs to, or None."""
    for parent in path.parents:
        if parent.as_posix() in needs:
            return parent.as_posix()
    return None


def resolve(root, file, name):
    """The file of the tree that a quoted name means, relative to ROOT, or None."""
    for base in (file.parent, root / "lib", root / "tool"):
        path = (base / name).resolve()
        if path.is_file():
            return path.relative_to(root)
    return None


def judge_system(needs, file, name):
    allowed = needs.get(f"<{name}>")
    if allowed is None or any(file.as_posix().startswith(folder + "/") for folder in allowed):
        return None
    return f"<{name}> may be included by {' and '.join(allowed)} only"


def judge_quoted(needs, file, target, name):
    if target is None:
        return f'"{name}" is no file of lib/ or tool/; public headers stand in <…>'
    own, other = folder_of(file, needs), folder_of(target, needs)
    if own == other:
        return None
    if other not in needs[own]:
        return f'"{name}": {own} may not use {other}'
    if target.name != pathlib.Path(other).name + ".h":
        return f'"{name}" is private to {other}; its face is {other}/{pathlib.Path(other).name}.h'
    return None


def judge(root, needs, file):
    relative = file.relative_to(root)
    if folder_of(relative, needs) is None:
        yield f"{relative}: its folder is not in needs.txt"
        return
    text = file.read_text()
    for found in INCLUDE.finditer(text):
        quote, name = found.groups()
        if quote == "<":
            wrong = judge_system(needs, relative, name)
        else:
            wrong = judge_quoted(needs, relative, resolve(root, file, name), name)
        if wrong:
            line = text.count("\n", 0, found.start(1)) + 1
            yield f"{relative}:{line}: {wrong}"


def main():
    root = pathlib.Path(sys.argv[1]).resolve()
    needs = read_needs(root / "tests/house/needs.txt")
    files = [f for wing in ("lib", "tool") for f in sorted((root / wing).rglob("*.[ch]"))]
    complaints = [line for file in files for line in judge(root, needs, file)]
    print("\n".join(complaints or [f"{len(files)} files include only what they may"]))
    return 1 if complaints else 0


if __name__ == "__main__":
    sys.exit(main())
