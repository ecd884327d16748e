"""What an object holds: its shape, where its numbers stand, and its attributes.

Attributes are read if they are strings or lists of strings, the only ones that Keras writes.
"""

from __future__ import annotations

from dataclasses import dataclass

from engine.saving.hdf5.datatype import Type, datatype
from engine.saving.hdf5.source import MOST_STRINGS, UNDEFINED, Piece, Source, damaged

MOST_DIMENSIONS = 32
LONGEST_TEXT = 5 << 20
"""The most bytes that the strings of one attribute may have: a config of 4 MiB, and names."""


def shape_of(data: bytes) -> tuple[int, ...] | None:
    """Return the shape in a message; None if it says that there is nothing."""
    piece = Piece(data)
    version, rank, _flags = piece.number(1), piece.number(1), piece.number(1)
    if version not in (1, 2) or rank > MOST_DIMENSIONS:
        damaged(f"a shape of {rank} dimensions, version {version}")
    kind = piece.number(1)
    if version == 1:
        piece.take(4)
    elif kind == 2:
        return None
    return tuple(piece.number(8) for _ in range(rank))


@dataclass(frozen=True)
class Layout:
    """Where the numbers stand: at an address, or in the message itself, or in another way."""

    stored: int
    address: int | None = None
    inside: bytes = b""
    other: str = ""


def layout_of(data: bytes) -> Layout:
    """Return where the numbers of an array stand."""
    piece = Piece(data)
    version, kind = piece.number(1), piece.number(1)
    if version not in (3, 4, 5):
        damaged(f"version {version} of a layout")
    if kind == 0:
        inside = piece.take(piece.number(2))
        return Layout(len(inside), inside=inside)
    if kind == 1:
        address, length = piece.number(8), piece.number(8)
        return Layout(0) if address == UNDEFINED else Layout(length, address)
    return Layout(0, other={2: "in chunks", 3: "outside of the file"}.get(kind, "unreadably"))


def attribute(source: Source, data: bytes) -> tuple[str, str | list[str] | None]:
    """Return an attribute's name and value; None if it is no string and no list of strings."""
    piece = Piece(data)
    version, flags = piece.number(1), piece.number(1)
    if version not in (1, 2, 3) or (flags and version > 1):
        damaged(f"version {version} of an attribute, flags {flags}")
    name_size, type_size, space_size = (piece.number(2) for _ in range(3))
    piece.take(version == 3)
    pad = 8 if version == 1 else 1
    name = piece.padded(name_size, pad).rstrip(b"\x00").decode("utf-8", "replace")
    kind = datatype(piece.padded(type_size, pad))
    shape = shape_of(piece.padded(space_size, pad))
    if shape is not None and 0 in shape:
        return name, []
    if shape is None or len(shape) > 1 or not kind.text:
        return name, None
    count = shape[0] if shape else 1
    if count > MOST_STRINGS:
        damaged(f"{count:,} strings in the attribute {name[:40]!r}")
    words = _strings(source, piece, kind, count)
    return name, words if shape else words[0]


def _strings(source: Source, piece: Piece, kind: Type, count: int) -> list[str]:
    """Return the strings of an attribute, which stand in it or in heaps of the file."""
    made, length = [], 0
    for _ in range(count):
        if kind.anywhere:
            size, address, index = piece.number(4), piece.number(8), piece.number(4)
            word = _heap(source, address).get(index, b"")[:size] if size else b""
            if len(word) != size:
                damaged(f"a string of {size:,} bytes of which {len(word):,} are there")
        else:
            word = piece.take(kind.size)
        length += len(word) + 50  # what Python needs for a string
        if length > LONGEST_TEXT:
            damaged(f"an attribute with strings of more than {LONGEST_TEXT:,} bytes")
        try:
            made.append(source.keep(word.rstrip(b"\x00").decode("utf-8")))
        except UnicodeDecodeError:
            damaged(f"a string that is not UTF-8: {word[:40]!r}")
    return made


def _heap(source: Source, address: int) -> dict[int, bytes]:
    """Return the strings in one heap, by their numbers; each heap is read once."""
    if address in source.heaps:
        return source.heaps[address]
    head = Piece(source.piece(address, 16))
    head.expect(b"GCOL\x01")
    head.take(3)
    body = Piece(source.piece(address + 16, max(head.number(8) - 16, 0)))
    found: dict[int, bytes] = {}
    while len(body.data) - body.place >= 16:
        index = body.number(2)
        body.take(6)
        size = body.number(8)
        if index == 0:  # the rest is free
            break
        found[index] = body.padded(size, 8)
        source.strings += 1
        if source.strings > MOST_STRINGS:
            damaged(f"more than {MOST_STRINGS:,} strings")
    source.heaps[address] = found
    return found
