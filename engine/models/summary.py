"""The table of a model's layers, and how many numbers it holds.

Keras: ``keras.Model.summary`` of 3.15.1, character for character but without colours: 88 columns
(100 with `show_trainable`) where the terminal has room, else its width less 4; a layer whose
shape is not known shows ?.  A layer with two inputs, and the column for it, do not exist here.

The table follows rich's rules, which Keras draws it with: the asked widths do not count the
space around a cell's text, so all columns give way by turns until the lines fit; text wraps
between words, a word that is too long ends in …, and what is wider than the terminal is cut.
"""

from __future__ import annotations

import os
import re
import shutil
import sys
from collections.abc import Callable, Iterable, Sequence
from math import ceil, prod
from typing import Any
from unicodedata import combining, east_asian_width

import numpy as np

HEAVY = ("┏━┳┓", "┃", "┡━╇┩", "│", "├─┼┤", "└─┴┘")
ASCII = ("+--+", "|", "|-+|", "|", "|-+|", "+--+")
"""The table's top, its header's divider, the line below, a row's divider, the line, the bottom."""

Row = list[str]


def cells(text: str) -> int:
    """Count the columns of a terminal that `text` takes."""
    if text.isascii():
        return len(text)
    return sum(0 if combining(c) else 2 if east_asian_width(c) in "WF" else 1 for c in text)


def cut(text: str, width: int) -> str:
    """Return the beginning of `text` that fits into `width` columns."""
    end = min(len(text), max(width, 0))
    while cells(text[:end]) > max(width, 0):
        end -= 1
    return text[:end]


def wrap(text: str, width: int, fold: bool = False) -> list[str]:
    """Split `text` into lines of `width` columns; with `fold` a word too long goes on below."""
    lines = [""]
    for word in re.findall(r"\s*\S+\s*", text):
        length = cells(word.rstrip())
        if length <= width - cells(lines[-1]):
            lines[-1] += word
        elif length > width and fold:
            while word:
                piece = cut(word, width) or word[0]
                lines.append(piece)
                word = word[len(piece) :]
        else:
            lines.append(word)
    lines = lines if len(lines) == 1 or lines[0] else lines[1:]
    return [line[: max(width, len(line.rstrip()))] for line in lines]  # spaces beyond the edge


def fit(text: str, width: int, alignment: str) -> list[str]:
    """Return the lines of a table's cell, each `width` columns wide."""
    if width < 1:
        return []
    lines = []
    for line in wrap(text, width):
        if alignment != "left":
            line = line.rstrip()
        if cells(line) > width:
            short = cut(line, width - 1)
            line = short + " " * (width - 1 - cells(short)) + "…"
        room = width - cells(line)
        before = {"left": 0, "center": room // 2, "right": room}[alignment]
        lines.append(" " * before + line + " " * (room - before))
    return lines


def column_widths(asked: Sequence[int], line_length: int) -> list[int]:
    """Return the columns' widths, spaces around the texts included, for lines of `line_length`."""
    room = line_length - len(asked) - 1
    widths = [min(width + 2, room) for width in asked]
    excess = sum(widths) - room
    if excess > 0:
        shares = sum(width > 0 for width in widths)
        for i, width in enumerate(widths):
            if width and shares:
                taken = min(width, round(excess / shares))
                widths[i] -= taken
                excess, shares = excess - taken, shares - 1
    elif excess < 0:
        spare, total = -excess, sum(widths)
        for i, width in enumerate(list(widths)):
            more = ceil(width * spare / total) if total > 0 else spare
            widths[i] += more
            spare, total = spare - more, total - width
    return widths


def table(rows: Sequence[Row], widths: Sequence[int], alignments: Sequence[str]) -> list[str]:
    """Return the lines of a table whose first row is the header."""
    encoding = getattr(sys.stdout, "encoding", None) or "utf-8"
    box = HEAVY if encoding.lower().startswith("utf") else ASCII

    def rule(characters: str) -> str:
        left, line, cross, right = list(characters)
        return left + cross.join(line * width for width in widths) + right

    lines = [rule(box[0])]
    for number, row in enumerate(rows):
        edge = box[1] if number == 0 else box[3]
        columns = []
        for text, width, alignment in zip(row, widths, alignments, strict=True):
            inside = fit(text, width - 2, alignment) if width > 0 else []
            columns.append([cut(f" {line} ", width) for line in inside])
        height = max(1, *map(len, columns))
        for column, width in zip(columns, widths, strict=True):
            missing = [" " * width] * (height - len(column))
            column[:] = missing + column if number == 0 else column + missing
        lines += [edge + edge.join(parts) + edge for parts in zip(*columns, strict=True)]
        if number == 0:
            lines.append(rule(box[2]))
        elif number < len(rows) - 1:
            lines.append(rule(box[4]))
    return [*lines, rule(box[5])]


def shape_text(layer: Any) -> str:
    """Write a layer's output shape as (None, 8); ? if it is not known."""
    shape = None
    if getattr(layer, "built", True):
        shape = getattr(layer, "output_shape", None)
        if shape is None:
            shape = getattr(getattr(layer, "output", None), "shape", None)
    return "?" if shape is None else f"({', '.join(str(size) for size in shape)})"


def layer_rows(layer: Any, level: int, nested: bool, trainable: bool) -> list[Row]:
    """Return the row of a layer, and with `nested` those of the layers in it."""
    prefix = "   " * level + "└ " if level else ""
    count = f"{layer.count_params():,}" if getattr(layer, "built", True) else "0 (unbuilt)"
    row = [f"{prefix}{layer.name} ({type(layer).__name__})", shape_text(layer), count]
    if trainable:
        has_weights = len(getattr(layer, "weights", ())) > 0
        row.append("-" if not has_weights else "Y" if layer.trainable else "N")
    rows = [row]
    for inner in getattr(layer, "layers", ()) if nested else ():
        rows += layer_rows(inner, level + 1, nested, trainable)
    return rows


def pick(layers: Sequence[Any], layer_range: Sequence[str] | None) -> Sequence[Any]:
    """Return the layers from the first to the last that match the two patterns of the range."""
    if layer_range is None:
        return layers
    expected = "Expected layer_range to be two names, or patterns, of layers. "
    received = f"Received: layer_range={layer_range!r}"
    if isinstance(layer_range, str) or len(layer_range) != 2:
        raise ValueError(expected + received)
    if not all(isinstance(name, str) for name in layer_range):
        raise TypeError(expected + received)
    places = [[i for i, x in enumerate(layers) if re.match(name, x.name)] for name in layer_range]
    if not all(places):
        names = ", ".join(layer.name for layer in layers)
        raise ValueError(f"{expected}{received}; the layers are {names}")
    first, last = places
    if first[0] > last[-1]:
        return layers[last[0] : first[-1] + 1]
    return layers[first[0] : last[-1] + 1]


def readable(size: float) -> str:
    """Write bytes in the unit that leaves less than 1024 of it."""
    units = ["B", "KB", "MB", "GB", "TB", "PB"]
    while size >= 1024 and len(units) > 1:
        size /= 1024
        units.pop(0)
    return f"{size:.2f} {units[0]}"


def size_of(weights: Iterable[Any]) -> tuple[int, int]:
    """Count the numbers that `weights` hold and, with each array once, their bytes."""
    weights = list(weights)
    unique = {id(weight): weight for weight in weights}.values()
    count = sum(prod(weight.shape) for weight in weights)
    return count, sum(prod(w.shape) * np.dtype(w.dtype).itemsize for w in unique)


def totals(model: Any) -> list[str]:
    """Return the lines below the table; the optimizer's only once it has state."""
    parts = {
        "Trainable": size_of(model.trainable_weights),
        "Non-trainable": size_of(model.non_trainable_weights),
    }
    optimizer = getattr(model, "optimizer", None)
    if optimizer is not None and getattr(optimizer, "built", len(optimizer.variables) > 0):
        parts["Optimizer"] = size_of(optimizer.variables)
    total = sum(count for count, _ in parts.values()), sum(size for _, size in parts.values())
    lines = {"Total": total, **parts}
    return [f" {name} params: {count:,} ({readable(n)})" for name, (count, n) in lines.items()]


def terminal_width() -> int:
    """Return the width lines are cut to: $COLUMNS, or that of a standard stream, or 80."""
    if os.environ.get("COLUMNS", "").isdigit():
        return int(os.environ["COLUMNS"]) or 80
    for stream in (0, 1, 2):
        try:
            return os.get_terminal_size(stream).columns or 80
        except (ValueError, OSError):  # no terminal
            continue
    return 80


def summary(
    model: Any,
    line_length: int | None = None,
    positions: Sequence[float] | None = None,
    print_fn: Callable[[str], Any] | None = None,
    expand_nested: bool = False,
    show_trainable: bool = False,
    layer_range: Sequence[str] | None = None,
) -> None:
    """Print a table of the model's layers.

    Parameters
    ----------
    model
        A Sequential or functional model.
    line_length
        The width of the table; None fits the terminal.
    positions
        Where the columns end, as shares of the width; None is [0.45, 0.8, 1.0].
    print_fn
        Called once with the whole text; None writes to ``sys.stdout``.
    expand_nested
        Show the layers of models inside the model.
    show_trainable
        Add a column: Y, N, or - for a layer without weights.
    layer_range
        The first and the last layer to show: names, or patterns that match their beginnings.

    Raises
    ------
    TypeError, ValueError
        An argument is of the wrong type, or there is no room for a column.
    """
    if line_length is not None and (isinstance(line_length, bool) or not is_int(line_length)):
        raise TypeError(
            f"Expected line_length to be an integer. Received: line_length={line_length!r}"
        )
    if print_fn is not None and not callable(print_fn):
        raise TypeError(f"Expected print_fn to be a function. Received: print_fn={print_fn!r}")
    header, alignments, default = (
        ["Layer (type)", "Output Shape", "Param #"],
        ["left", "left", "right"],
        88,
    )
    ends = list(positions) if positions is not None else [0.45, 0.80, 1.0]
    if len(ends) != len(header):
        raise ValueError(
            f"Expected positions to be {len(header)} numbers. Received: positions={positions!r}"
        )
    if show_trainable:
        header, alignments, default = [*header, "Trainable"], [*alignments, "center"], default + 12
        ends = [end * 0.90 for end in ends] + [1.0]
    length = line_length or min(default, shutil.get_terminal_size().columns - 4)
    asked: list[int] = []
    for end in ends:
        asked.append(int(end * length) - sum(asked))
    if min(asked) < 4:
        raise ValueError(
            "Expected room for 4 characters in each column of the summary. "
            f"Received: columns of {asked} in lines of {length}"
        )
    rows = [header]
    for layer in pick(model.layers, layer_range):
        rows += layer_rows(layer, 0, expand_nested, show_trainable)
    width = terminal_width()
    lines = wrap(f'Model: "{model.name}"', width, fold=True)
    lines += [cut(x, width) for x in table(rows, column_widths(asked, length), alignments)]
    for line in totals(model):
        lines += wrap(line, width, fold=True)
    text = "".join(f"{line}\n" for line in lines)
    if print_fn is None:
        sys.stdout.write(text)
        sys.stdout.flush()
    else:
        print_fn(text)


def is_int(value: Any) -> bool:
    """Tell whether `value` is an integer of Python or NumPy."""
    return isinstance(value, int | np.integer)
