"""Numbers and pieces of a file, none of which may lie beyond its end.

Counts of all pieces, their bytes, the strings in them and the texts made of these bound the time
and the memory that a file can take, and a sum of all arrays does: no more numbers come out of a
file than it has bytes.
"""

from __future__ import annotations

import os
import sys
from typing import IO, Any, NoReturn

import numpy as np
import numpy.typing as npt

UNDEFINED = 2**64 - 1
"""The address of what is not there."""
MOST_PIECES = 1_000_000
MOST_BYTES = 64 << 20
"""Of all pieces together; a model of 1,000 layers needs 3 MB."""
MOST_AT_ONCE = 8 << 20
"""The longest piece, in bytes: a heap with the text of a config."""
MOST_STRINGS = 200_000
"""In all heaps together."""
MOST_TEXT = 32 << 20
"""What Python needs for the texts of all attributes that are read: many may be one of the file."""


def damaged(what: str) -> NoReturn:
    """Raise the ValueError of all files that cannot be read."""
    raise ValueError(f"Expected weights in an undamaged HDF5 file. Received: {what}")


class Source:
    """A file that is open for reading, or bytes in memory with the same methods."""

    def __init__(self, file: IO[bytes]) -> None:
        self.file = file
        self.size = file.seek(0, os.SEEK_END)
        self.pieces = self.bytes = self.numbers = self.strings = self.text = 0
        self.heaps: dict[int, dict[int, bytes]] = {}

    def piece(self, start: int, length: int) -> bytes:
        """Return the bytes of a place."""
        self.check(start, length)
        self.pieces += 1
        self.bytes += length
        if length > MOST_AT_ONCE or self.pieces > MOST_PIECES or self.bytes > MOST_BYTES:
            damaged(
                f"{self.pieces:,} parts of {self.bytes:,} bytes beside the arrays, "
                f"the last of {length:,} bytes"
            )
        self.file.seek(start)
        return self._whole(self.file.read(length), length)

    def array(self, start: int, shape: tuple[int, ...], dtype: Any) -> npt.NDArray[Any]:
        """Return the numbers of a place; all arrays together are no larger than the file."""
        length = int(np.dtype(dtype).itemsize)
        for extent in shape:
            length *= extent
        self.check(start, length)
        self.numbers += length
        if self.numbers > self.size:
            damaged("arrays that overlap")
        made = np.empty(shape, dtype)
        if made.size:
            self.file.seek(start)
            received = self.file.readinto(made.reshape(-1).view(np.uint8).data)  # type: ignore[attr-defined]
            if received != length:
                damaged(f"{received} bytes of {length}")
        return made

    def keep(self, text: str) -> str:
        """Return a text of an attribute; all of them together are bounded."""
        self.text += sys.getsizeof(text)
        if self.text > MOST_TEXT:
            damaged(f"attributes whose texts take more than {MOST_TEXT:,} bytes together")
        return text

    def check(self, start: int, length: int) -> None:
        """Refuse a place that is not all in the file."""
        if not 0 <= start <= start + length <= self.size:
            damaged(f"{length:,} bytes at {start:,} of {self.size:,}")

    def _whole(self, data: bytes, length: int) -> bytes:
        if len(data) != length:
            damaged(f"{len(data)} bytes of {length}")
        return data


class Piece:
    """Bytes that are read from the front."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.place = 0

    def take(self, length: int) -> bytes:
        """Return the next bytes."""
        if length > len(self.data) - self.place:
            damaged(f"{len(self.data)} bytes for a part of {self.place + length}")
        self.place += length
        return self.data[self.place - length : self.place]

    def number(self, length: int) -> int:
        """Return the next bytes as one number, the lowest byte first."""
        return int.from_bytes(self.take(length), "little")

    def padded(self, length: int, to: int) -> bytes:
        """Return the next bytes, and go on at a multiple of `to` behind them."""
        data = self.take(length)
        self.take(min(-length % to, len(self.data) - self.place))
        return data

    def expect(self, what: bytes) -> None:
        """Refuse anything but these bytes."""
        found = self.take(len(what))
        if found != what:
            damaged(f"{found!r} where {what!r} should be")
