"""The type of a number or a string: what NumPy calls it, and how it is stored."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from engine.saving.hdf5.source import Piece, damaged

_FLOATS = {
    # bytes; first bit, bits; where the exponent begins, its bits; the same of the fraction; bias
    (4, 0, 32, 23, 8, 0, 23, 127): "f4",
    (8, 0, 64, 52, 11, 0, 52, 1023): "f8",
    (2, 0, 16, 10, 5, 0, 10, 15): "f2",
}
_CLASSES = {
    2: "time",
    4: "bitfield",
    5: "opaque",
    6: "compound",
    7: "reference",
    8: "enum",
    10: "array",
}


@dataclass(frozen=True)
class Type:
    """A number of a NumPy type, a string of `size` bytes, or of any length; or `other`."""

    size: int
    number: np.dtype[np.generic] | None = None
    text: bool = False
    anywhere: bool = False
    other: str = "object"

    def __str__(self) -> str:
        if self.number is not None:
            return str(self.number)
        return f"S{self.size}" if self.text and not self.anywhere else self.other


def datatype(data: bytes) -> Type:
    """Return the type in a message."""
    piece = Piece(data)
    first = piece.number(1)
    version, kind = first >> 4, first & 15
    if not 1 <= version <= 5:
        damaged(f"version {version} of a type")
    bits, size = piece.number(3), piece.number(4)
    order = ">" if bits & 1 else "<"
    if kind == 0:
        offset, precision = piece.number(2), piece.number(2)
        if size in (1, 2, 4, 8) and (offset, precision) == (0, 8 * size):
            return Type(size, np.dtype(f"{order}{'i' if bits & 8 else 'u'}{size}"))
        return Type(size, other="an integer of another form")
    if kind == 1:
        form = (size, piece.number(2), piece.number(2), *(piece.number(1) for _ in range(4)))
        name = _FLOATS.get((*form, piece.number(4)))  # type: ignore[arg-type]
        plain = bits & ~1 == 0x20 | (8 * size - 1) << 8  # the leading 1 is not stored; the sign
        return Type(size, np.dtype(order + name)) if name and plain else Type(size, other="a float")
    if kind == 3:
        return Type(size, text=True)
    if kind == 9:
        is_text = bits & 15 == 1 and size == 16
        return Type(size, text=is_text, anywhere=True)
    return Type(size, other=_CLASSES.get(kind, "an unknown type"))
