"""Docstrings as Markdown: the project writes them for terminals, with Sphinx's few signs.

    :class:`~engine.layers.Dense`     a link, if the reference has such an entry
    the formula::                     the formula:
    examples at the margin            a block of code
    ===== ===== tables                a block of text
    Source: …, Keras: …, Shapes       paragraphs with a label

What is indented is code to Markdown, too, so formulas stay as they were written.
"""

from __future__ import annotations

import re
from functools import cache
from typing import Any

from griffe import Extension, Object

from docs.pages.reference import MODULES_OF_KERAS_REF, ROOMS, home, public_names

ROLE = re.compile(r":(?:class|func|mod|meth|data|attr|exc):`~?([\w.]+)`")
LABEL = re.compile(r"^(Source|Keras|Shapes|Units|Example)(:|$)")
KNOWN = ("Attributes", "Examples", "Parameters", "Raises", "Returns", "Yields", "Warns", "Notes")


class Words(Extension):
    """Griffe's extension, named in mkdocs.yml."""

    def on_object(self, *, obj: Object, **_: Any) -> None:
        """Rewrite the docstring of whatever was read."""
        if obj.docstring is not None:
            text = obj.docstring.value
            first, *rest = text.split("\n")
            if obj.is_module and obj.path not in ROOMS and not re.search("[:,.]", first[:-1]):
                text = "\n".join(rest).lstrip("\n")  # it is the title of its section
            obj.docstring.value = markdown(text)

    def on_package(self, *, pkg: Object, **_: Any) -> None:
        """Rewrite that of a package at the top, too, which is told of here alone."""
        self.on_object(obj=pkg)


def markdown(text: str) -> str:
    """The docstring `text` as Markdown with numpy sections.

    >>> markdown("Keras: :mod:`numpy`.")
    '**Keras:** `numpy`.'
    """
    lines = _sections(ROLE.sub(_link, text).split("\n"))
    return "\n".join(_blocks(_each_alone(lines)))


def _sections(lines: list[str]) -> list[str]:
    """Underlined titles that numpy's sections do not have become labels."""
    made: list[str] = []
    for line in lines:
        if made and re.fullmatch(r"-{3,}", line) and made[-1].strip():
            title = made[-1] + ("s" if made[-1] == "Example" else "")
            made[-1] = title if title in KNOWN else f"**{title}:**"
            made.append(line if title in KNOWN else "")
        else:
            made.append(line)
    return made


def _each_alone(lines: list[str]) -> list[str]:
    """Parameters that share a description get one each: their defaults may differ."""
    made, number = [], 0
    while number < len(lines):
        names = re.fullmatch(r"\w+(, \w+)+", lines[number])
        end = number + 1
        while end < len(lines) and lines[end].startswith("    "):
            end += 1
        if names and end > number + 1:
            for name in names[0].split(", "):
                made += [name, *lines[number + 1 : end]]
            number = end
        else:
            made.append(lines[number])
            number += 1
    return made


def _blocks(lines: list[str]) -> list[str]:
    made: list[str] = []
    block = ""  # the kind of block that is open
    section = ""
    for number, line in enumerate(lines):
        following = lines[number + 1] if number + 1 < len(lines) else ""
        if re.fullmatch(r"-{3,}", following):
            section = line
        if not block and line.startswith(">>> ") and section != "Examples":
            if section:  # which would end nowhere
                section = "Examples"
                made += [section, "-" * len(section)]
            else:
                block = "pycon"
                made += ["", "```pycon"]
        elif not block and re.match(r"={3,} +=", line):
            block = "text"
            made += ["", "```text"]
        elif block and not line.strip():
            made += ["```", ""]
            block = ""
            continue
        if not block:
            line = _labelled(line, following, made)
        made.append(line)
    return made + ["```"] if block else made


def _labelled(line: str, following: str, made: list[str]) -> str:
    if LABEL.match(line) and not re.fullmatch(r"-{3,}", following):
        if made and made[-1].strip():
            made.append("")
        return LABEL.sub(r"**\1:**", line)
    return re.sub(r"(?<=\S)::$", ":", line) if not line.startswith("    ") else line


def _link(found: re.Match[str]) -> str:
    name = found[1]
    entry = _entries().get(name)
    shown = f"`{name.split('.')[-1] if found[0][found[0].index('`') + 1] == '~' else name}`"
    return f"[{shown}][{entry}]" if entry else shown


@cache
def _entries() -> dict[str, str]:
    """Where each name is described."""
    entries = {room: room for room in ROOMS}
    entries |= {f"keras_ref.{name}": f"keras_ref.{name}" for name in MODULES_OF_KERAS_REF}
    for room in ROOMS:
        for name in public_names(room):
            entries[f"{room}.{name}"] = home(room, name)
    return entries
