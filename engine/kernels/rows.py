"""Rows of the user's data, copied to where kernels may read beyond them."""

from __future__ import annotations

from typing import Any

from engine.kernels import fields
from engine.kernels.compiler import compiled, inlined
from engine.kernels.instructions import integer
from engine.kernels.lanes import at, load, located, pointer, store


@inlined
def copy_row(source: Any, target: Any, n: Any) -> None:
    """Copy exactly `n` numbers: behind the user's last row nothing may be read."""
    whole = n - n % 16
    for k in range(0, whole, 16):
        store(target, k, load(source, k, 16))
    for k in range(whole, n):
        store(target, k, load(source, k, 1))


@inlined
def gather(frame: Any, source: Any, target: Any, width: Any, like: Any) -> None:
    """Copy all rows to train on, in their order, from one of the frame's fields to another."""
    if integer(frame, source) == 0:
        return
    rows, order = integer(frame, fields.TRAIN_ROWS), integer(frame, fields.ORDER)
    begin = located(integer(frame, source), like)
    end = located(integer(frame, target), like)
    for i in range(rows):
        row = integer(located(order, frame), i) if order != 0 else i
        copy_row(at(begin, row * width), at(end, i * width), width)


@compiled
def take(source, order, target, width) -> None:
    """Write the rows of `source`, of `width` numbers each, into `target` in an order."""
    begin, end = pointer(source), pointer(target)
    for i in range(order.size):
        copy_row(at(begin, order[i] * width), at(end, i * width), width)
