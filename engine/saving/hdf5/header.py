"""Where a file begins, and the messages of which each of its objects consists.

Superblock versions 0 to 3; object headers versions 1 and 2.
"""

from __future__ import annotations

from dataclasses import dataclass

from engine.saving.hdf5.source import Piece, Source, damaged

SIGNATURE = b"\x89HDF\r\n\x1a\n"
NOTHING, SPACE, LINK_INFO, TYPE, LINK, EXTERNAL, LAYOUT, FILTERS = 0, 1, 2, 3, 6, 7, 8, 11
ATTRIBUTE, CONTINUED, TABLE, ATTRIBUTE_INFO = 12, 16, 17, 21
"""What a message is; the others say nothing that an array's numbers depend on."""

MOST_MESSAGES = 10_000
_SHARED = 2


@dataclass(frozen=True)
class Message:
    """One part of an object's header."""

    kind: int
    data: bytes


def root_address(source: Source) -> int:
    """Return where the header of the root group stands."""
    piece = Piece(source.piece(0, min(source.size, 96)))
    piece.expect(SIGNATURE)
    version = piece.number(1)
    if version in (0, 1):
        piece.take(4)
        _sizes(piece.number(1), piece.number(1))
        piece.take(9 + 4 * version)
        _ends(source, piece.number(8), piece.take(8), piece.number(8))
        piece.take(8 + 8)
        return piece.number(8)
    if version in (2, 3):
        _sizes(piece.number(1), piece.number(1))
        piece.take(1)
        _ends(source, piece.number(8), piece.take(8), piece.number(8))
        return piece.number(8)
    damaged(f"version {version} of HDF5's superblock")


def _sizes(offsets: int, lengths: int) -> None:
    if (offsets, lengths) != (8, 8):
        damaged(f"addresses of {offsets} and lengths of {lengths} bytes")


def _ends(source: Source, base: int, _between: bytes, end: int) -> None:
    if base != 0 or end > source.size:
        cut = ", cut off" if base == 0 else ""
        damaged(f"a file from {base:,} to {end:,} in {source.size:,} bytes{cut}")


def messages(source: Source, address: int) -> list[Message]:
    """Return the messages of the object whose header stands at `address`."""
    if source.piece(address, 4) == b"OHDR":
        return _second_version(source, address)
    head = Piece(source.piece(address, 16))
    head.expect(b"\x01")
    head.take(1)
    count = head.number(2)
    head.take(4)
    blocks = [(address + 16, head.number(4))]
    found: list[Message] = []
    while blocks and len(found) < count:
        block = Piece(source.piece(*blocks.pop(0)))
        while len(block.data) - block.place >= 8 and len(found) < count:
            kind, length, flags = block.number(2), block.number(2), block.number(1)
            block.take(3)
            _add(found, blocks, kind, flags, block.take(length))
    return found


def _second_version(source: Source, address: int) -> list[Message]:
    """Return the messages of a header that begins with OHDR."""
    head = Piece(source.piece(address, 6))
    head.expect(b"OHDR\x02")
    flags = head.number(1)
    skipped = 6 + (16 if flags & 0x20 else 0) + (4 if flags & 0x10 else 0)
    width = 1 << (flags & 3)
    length = int.from_bytes(source.piece(address + skipped, width), "little")
    blocks = [(address + skipped + width, length)]
    found: list[Message] = []
    first = True
    while blocks:
        start, length = blocks.pop(0)
        block = Piece(source.piece(start, length))
        if not first:
            block.expect(b"OCHK")
            block.data = block.data[:-4]  # the sum that checks the block
        first = False
        while len(block.data) - block.place >= 4 + (2 if flags & 4 else 0):
            kind, length, shared = block.number(1), block.number(2), block.number(1)
            block.take(2 if flags & 4 else 0)
            _add(found, blocks, kind, shared, block.take(length))
    return found


def _add(
    found: list[Message], blocks: list[tuple[int, int]], kind: int, flags: int, data: bytes
) -> None:
    """Keep a message; one that says where more of them stand leads there."""
    if flags & _SHARED:
        damaged("a part that several objects share")
    if len(found) >= MOST_MESSAGES:
        damaged(f"an object of more than {MOST_MESSAGES:,} parts")
    found.append(Message(kind, data))
    if kind == CONTINUED:
        piece = Piece(data)
        blocks.append((piece.number(8), piece.number(8)))
