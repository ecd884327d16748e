"""Where a file of the project is in the site, and the links of a page led there.

| file | page |
|---|---|
| README.md | index.md |
| docs/NAME | NAME, as it is |
| docs/notebooks/NAME.ipynb | notebooks/NAME.md (`docs.pages.notebook`) |
| other Markdown | project/PATH |
| other files and folders | source/PATH.md (`docs.pages.sources`) |
| data | source/PATH, as it is |
"""

from __future__ import annotations

import posixpath
import re
from pathlib import Path, PurePosixPath

ROOT = Path(__file__).resolve().parents[2]
LINK = re.compile(r"(\]\()([^)\s#]*)(#[^)\s]*)?(\))")
FENCE = re.compile(r"^ *(```|~~~)")
DATA = (".json", ".csv", ".png")


def place(path: str) -> str:
    """The page or file in the site for a file or folder of the project, by its path from the top.

    >>> [place(path) for path in ("README.md", "docs/files.md", "engine/variable.py", "engine")]
    ['index.md', 'files.md', 'source/engine/variable.py.md', 'source/engine/index.md']
    """
    if (ROOT / path).is_dir():
        if (ROOT / path / "README.md").exists():
            return place(f"{path}/README.md")
        return f"source/{path}/index.md"
    if path == "README.md":
        return "index.md"
    inside = path.removeprefix("docs/")
    if path.endswith(".ipynb") and inside != path:
        return PurePosixPath(inside).with_suffix(".md").as_posix()
    if inside != path and not path.endswith(".py"):
        return inside
    if path.endswith(".md"):
        return f"project/{path}"
    return f"source/{path}" if path.endswith(DATA) else f"source/{path}.md"


def linked(text: str) -> list[str]:
    """The targets of a page's relative links, code left out."""
    return [target for _, target in _targets(text) if target]


def led(text: str, path: str) -> str:
    """The text of the project's file `path`, with links that work from its place in the site."""
    here = posixpath.dirname(place(path))
    lines = text.splitlines(keepends=True)
    for number in {number for number, _ in _targets(text)}:
        lines[number] = LINK.sub(lambda found: _led(found, path, here), lines[number])
    return "".join(lines)


def within(path: str, target: str) -> str:
    """A link's target from the top of the project."""
    return posixpath.normpath(posixpath.join(posixpath.dirname(path), target))


def _led(found: re.Match[str], path: str, here: str) -> str:
    before, target, anchor, after = found.groups()
    if not target or ":" in target:
        return found[0]
    there = posixpath.relpath(place(within(path, target)), here)
    return f"{before}{there}{anchor or ''}{after}"


def _targets(text: str) -> list[tuple[int, str]]:
    found, fenced = [], False
    for number, line in enumerate(text.splitlines()):
        if FENCE.match(line):
            fenced = not fenced
        elif not fenced and not line.startswith("    "):
            found += [(number, m[2]) for m in LINK.finditer(line) if ":" not in m[2]]
    return list(dict.fromkeys(found))
