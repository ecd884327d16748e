"""Rows that are read from where they are stored, some batches at a time.

They may be in files larger than the memory, as ``numpy.memmap``; or at hand, in passes that are cut
into epochs of `steps_per_epoch` batches.  They come in the order that they would have in memory,
so the numbers of a training are the same.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from engine.checks.numeric import numeric
from engine.kernels.memory import Array
from engine.models.run import Rows
from engine.models.source import Source

PIECE_BYTES = 1 << 24
"""What is read at a time, about."""


def is_stored(x: Any) -> bool:
    """Whether `x` stands in a file, and is to stay there."""
    return isinstance(x, np.memmap)


@dataclass
class Arrays:
    """Features, labels and weights, of which `read` makes checked rows; x tells how many."""

    x: Any
    y: Any
    weights: Any
    read: Callable[[Any, Any, Any], Rows]

    @classmethod
    def of(cls, rows: Rows) -> Arrays:
        """Checked rows as arrays."""
        return cls(rows.x, rows.y, rows.weights, lambda x, y, w: Rows(x, y, w, rows.shape))

    def __len__(self) -> int:
        return len(self.x)

    def __getitem__(self, which: Any) -> Rows:
        """Some rows: of a slice, or of an array of numbers, in its order."""

        def taken(values: Any) -> Any:
            if values is None or isinstance(which, slice):
                return values if values is None else values[which]
            forwards = np.argsort(which)  # the way that files are read fastest
            result = np.empty((len(which), *values.shape[1:]), values.dtype)
            result[forwards] = values[which[forwards]]
            return result

        try:
            return self.read(taken(self.x), taken(self.y), taken(self.weights))
        except (ValueError, TypeError):
            self._name_the_row(which)
            raise

    def _name_the_row(self, which: Any) -> None:
        """Raise what is wrong with the first of these rows that is wrong by itself."""
        rows = range(len(self))[which] if isinstance(which, slice) else np.sort(which)
        for row in rows if self._wrong(rows[0]) is None or self._wrong(rows[-1]) is None else ():
            if error := self._wrong(row):
                raise type(error)(f"{error}, in row {row}") from None

    def _wrong(self, row: int) -> ValueError | TypeError | None:
        """What is wrong with a row, if it is read by itself."""
        one = slice(row, row + 1)
        try:
            self.read(*(v if v is None else v[one] for v in (self.x, self.y, self.weights)))
        except (ValueError, TypeError) as error:
            return error
        return None

    def split(self, first: int) -> tuple[Arrays, Arrays]:
        """The first `first` rows and the others."""

        def part(rows: slice) -> Arrays:
            y, weights = (v if v is None else v[rows] for v in (self.y, self.weights))
            return Arrays(self.x[rows], y, weights, self.read)

        return part(slice(None, first)), part(slice(first, None))


class Stored(Source):
    """Rows of arrays in batches of `batch`, read in pieces of several.

    `order` draws that of a pass; None: the rows come as they stand.
    """

    def __init__(
        self, arrays: Arrays, batch: int, order: Callable[[int], Array] | None = None
    ) -> None:
        self._arrays, self._order = arrays, order
        rows = len(arrays)
        self.batch = min(batch, rows)
        self.batches = -(-rows // self.batch)
        self.even = 0 if rows % batch else batch
        self.sample = arrays[: self.batch]
        row = sum(v.nbytes // len(v) for v in (self.sample.x, self.sample.y))
        self._piece = max(1, PIECE_BYTES // (self.batch * row)) * self.batch

    def pieces(self) -> Iterator[Rows]:
        """Those of a pass, in its order."""
        rows = len(self._arrays)
        order = None if self._order is None else self._order(rows)
        for start in range(0, rows, self._piece):
            some = slice(start, min(start + self._piece, rows))
            yield self._arrays[some if order is None else order[some]]


def stored(x: Any, y: Any, weights: Any, names: list[str], read: Any) -> Arrays:
    """Arrays of which some are in files, where they stay, if they are equally long."""

    def array(values: Any, name: str) -> Any:
        return values if values is None or is_stored(values) else numeric(values, name)

    arrays = [array(v, name) for v, name in zip((x, y, weights), names, strict=True)]
    if not arrays[0].ndim or not len(arrays[0]):
        raise ValueError(
            f"Expected at least one row in {names[0]}. Received: {names[0]}.shape={arrays[0].shape}"
        )
    for values, name in zip(arrays[1:], names[1:], strict=True):
        if values is not None and (not values.ndim or len(values) != len(arrays[0])):
            raise ValueError(
                f"Expected {name} with an entry for each of {len(arrays[0])} rows of {names[0]}. "
                f"Received: {name}.shape={values.shape}"
            )
    return Arrays(arrays[0], arrays[1], arrays[2], read)
