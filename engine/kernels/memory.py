"""Arrays as kernels want them: contiguous, beginning a line of the cache, with room behind.

Kernels read whole registers, also beyond the end of a tensor; every buffer has room for that.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from engine.kernels.compiler import formula

Array = npt.NDArray[Any]

REGISTER = 64
"""The most numbers that a kernel reads in one go."""

LINE = 64
"""Bytes in a line of the cache; registers that lie across two lines take longer to read."""

ROWS_BEYOND = 16
"""So many rows behind the last one may be read: kernels take rows sixteen at a time."""


def address(values: Array) -> int:
    """Where an array begins in memory."""
    return int(values.__array_interface__["data"][0])


def aligned(size: int, dtype: str) -> Array:
    """`size` zeros that begin where a line of the cache does."""
    item = np.dtype(dtype).itemsize
    room = np.zeros(size + LINE // item, dtype)
    start = -address(room) % LINE // item
    return room[start : start + size]


@formula
def whole(places: Any) -> Any:
    """The next multiple of a register of sixteen numbers; kernels call it, too."""
    return (places + 15) // 16 * 16


def rows_apart(count: int, size: int, dtype: str) -> Array:
    """`count` rows of `size` zeros and more, no line of the cache being in two of them.

    What one thread writes into its row, no other waits for.
    """
    return aligned(count * (whole(size) + LINE), dtype).reshape(count, -1)


def room_for(values: Array, dtype: str) -> Array:
    """Zeros for the rows of `values`, with room for what kernels read beyond them."""
    width = values.shape[1] if values.ndim > 1 else 1
    return aligned(values.size + ROWS_BEYOND * width + REGISTER, dtype)


def padded(values: Array, dtype: str) -> Array:
    """`values` row after row, with room for what kernels read beyond them."""
    flat = room_for(values, dtype)
    flat[: values.size] = values.reshape(-1)
    return flat
