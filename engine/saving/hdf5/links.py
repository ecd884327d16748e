"""The names in a group, and the address of the object behind each.

A group keeps them in a tree of tables, or in its header.  Only hard links, which are addresses in
the same file, have one; of the others, what they are called is all that is read.
"""

from __future__ import annotations

from engine.saving.hdf5.header import LINK, LINK_INFO, TABLE, Message
from engine.saving.hdf5.source import UNDEFINED, Piece, Source, damaged

MOST_NAMES = 100_000
LONGEST_NAME = 4096
Links = dict[str, int | str]
"""An address, or the kind of link that is not followed."""

_KINDS = {1: "SoftLink", 64: "ExternalLink"}


def links(source: Source, parts: list[Message]) -> Links:
    """Return the names of a group, from its messages."""
    found: Links = {}
    for part in parts:
        if part.kind == TABLE:
            piece = Piece(part.data)
            tree, heap = piece.number(8), piece.number(8)
            _tree(source, tree, _heap(source, heap), found, None)
        elif part.kind == LINK:
            _link(part.data, found)
        elif part.kind == LINK_INFO:
            _compact(part.data)
    return found


def _keep(found: Links, name: bytes, target: int | str) -> None:
    try:
        word = name.decode("utf-8")
    except UnicodeDecodeError:
        damaged(f"the name {name[:40]!r}")
    if not word or "/" in word or word in found or len(found) >= MOST_NAMES:
        damaged(f"the name {word[:40]!r} in a group, twice or as one too many")
    found[word] = target


def _heap(source: Source, address: int) -> bytes:
    """Return the bytes in which the names of a group stand, each with a 0 at its end."""
    piece = Piece(source.piece(address, 32))
    piece.expect(b"HEAP\x00")
    piece.take(3)
    length = piece.number(8)
    piece.take(8)
    return source.piece(piece.number(8), length)


def _tree(source: Source, address: int, heap: bytes, found: Links, above: int | None) -> None:
    """Take the names below one node; a node is one level below the one that led to it."""
    piece = Piece(source.piece(address, 24))
    piece.expect(b"TREE\x00")
    level, count = piece.number(1), piece.number(2)
    if above is not None and level != above - 1:
        damaged(f"a tree whose level {above} leads to level {level}")
    if level > 8:
        damaged(f"a tree of {level} levels")
    body = Piece(source.piece(address + 24, 8 + 16 * count))
    for _ in range(count):
        body.take(8)
        child = body.number(8)
        if level:
            _tree(source, child, heap, found, level)
        else:
            _table(source, child, heap, found)


def _table(source: Source, address: int, heap: bytes, found: Links) -> None:
    """Take the names of one table."""
    head = Piece(source.piece(address, 8))
    head.expect(b"SNOD\x01")
    head.take(1)
    count = head.number(2)
    body = Piece(source.piece(address + 8, 40 * count))
    for _ in range(count):
        offset, target, cached = body.number(8), body.number(8), body.number(4)
        body.take(20)
        kind: int | str = target if cached in (0, 1) else "SoftLink" if cached == 2 else "a link"
        _keep(found, _word(heap, offset), kind)


def _word(heap: bytes, offset: int) -> bytes:
    """Return the name at an offset of the heap, without the 0 at its end."""
    end = heap.find(b"\x00", offset, offset + LONGEST_NAME + 1)
    if end < 0:
        damaged(f"a name without an end at {offset:,} of {len(heap):,}")
    return heap[offset:end]


def _link(data: bytes, found: Links) -> None:
    """Take a name from a message of the header."""
    piece = Piece(data)
    piece.expect(b"\x01")
    flags = piece.number(1)
    kind = piece.number(1) if flags & 8 else 0
    piece.take((8 if flags & 4 else 0) + (1 if flags & 16 else 0))
    name = piece.take(piece.number(1 << (flags & 3)))
    _keep(found, name, piece.number(8) if kind == 0 else _KINDS.get(kind, "a link of your own"))


def _compact(data: bytes) -> None:
    """Refuse a group whose names stand in a heap of HDF5 1.8's kind."""
    piece = Piece(data)
    piece.expect(b"\x00")
    flags = piece.number(1)
    piece.take(8 if flags & 1 else 0)
    if piece.number(8) != UNDEFINED:
        damaged(
            "a group in a form that h5py does not write by default (dense links): write the file "
            "with h5py.File(name, 'w', libver='earliest')"
        )
