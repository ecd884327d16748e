"""A page as a reader of HTML sees it: ids, links, what it loads, its text without code."""

from __future__ import annotations

from html.parser import HTMLParser
from pathlib import Path

CODE = ("pre", "code", "script", "style", "math")
EMPTY = ("area", "base", "br", "col", "hr", "img", "input", "link", "meta", "source", "path")


class Page(HTMLParser):
    """What is in a file."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.path = path
        self.html = path.read_text(encoding="utf-8")
        self.ids: list[str] = []
        self.links: list[str] = []
        self.loads: list[str] = []
        self.prose = ""
        self.formulas = 0
        self._open: list[str] = []
        self.feed(self.html)

    def handle_starttag(self, tag, attrs):
        given = dict(attrs)
        if tag not in EMPTY:
            self._open.append(tag)
        self.formulas += tag == "math"
        self.ids += [given["id"]] if "id" in given else []
        if tag == "a":
            self.links += [given["href"]] if "href" in given else []
        elif tag == "link":
            self.loads += [] if given.get("rel") == "canonical" else [given["href"]]
        elif "src" in given:
            self.loads.append(given["src"])

    def handle_endtag(self, tag):
        while tag in self._open and self._open.pop() != tag:
            pass

    def handle_data(self, data):
        if not set(CODE) & set(self._open):
            self.prose += data
