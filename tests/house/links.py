"""Every link of a Markdown file to another file of the tree leads there.

    links.py ROOT
"""

import pathlib
import re
import sys

LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")


def broken_links(root, page):
    for target in LINK.findall(page.read_text()):
        path = target.partition("#")[0]
        if path and "://" not in path and not (page.parent / path).exists():
            yield f"{page.relative_to(root)}: there is no {target}"


def main():
    root = pathlib.Path(sys.argv[1]).resolve()
    pages = [*root.glob("*.md"), *(root / "docs").rglob("*.md"), *(root / "examples").rglob("*.md")]
    complaints = [line for page in sorted(pages) for line in broken_links(root, page)]
    print("\n".join(complaints or [f"the links of {len(pages)} pages lead somewhere"]))
    return 1 if complaints or not pages else 0


if __name__ == "__main__":
    sys.exit(main())
