"""Sixteen rows at a time, one row in each lane: what sums or compares within rows.

A tile holds sixteen rows of a matrix column after column, so that adding up the units of a row is
adding registers, in any order that is asked for.  The last tile may hang over the last row by
fifteen rows, of which nobody asks: buffers have room for them.
"""

from __future__ import annotations

from typing import Any

from engine.kernels.compiler import inlined
from engine.kernels.lanes import fill, halving_sum, load, maximum, store, transpose_16, where

ROWS = 16
"""The rows of a tile."""


@inlined
def whole_columns(units: Any) -> Any:
    """How many columns a tile for `units` takes: tiles are turned in blocks of 16 × 16."""
    return (units + 15) // 16 * 16


@inlined
def to_tile(x: Any, i: Any, units: Any, tile: Any) -> None:
    """Write rows i … i + 15 of `x` into a tile."""
    for c in range(0, units, 16):
        transpose_16(x, i * units + c, units, units - c, tile, c * ROWS, ROWS)


@inlined
def from_tile(tile: Any, x: Any, i: Any, units: Any) -> None:
    """Write a tile into rows i … i + 15 of `x`.

    What hangs over the end of a row is overwritten by the next one; behind the last row there must
    be room for the rest of the tile.
    """
    for c in range(whole_columns(units) - 16, -1, -16):
        transpose_16(tile, c * ROWS, ROWS, ROWS, x, i * units + c, units)


@inlined
def largest(tile: Any, units: Any) -> Any:
    """The largest of each row; a NaN in its first place stays."""
    top = load(tile, 0, 16)
    for c in range(1, units):
        top = maximum(top, load(tile, c * ROWS, 16))
    return top


@inlined
def first_largest(tile: Any, units: Any) -> Any:
    """The column of the first largest number of each row."""
    top, place = load(tile, 0, 16), fill(tile, 0.0, 16)
    for c in range(1, units):
        x = load(tile, c * ROWS, 16)
        place = where(x > top, fill(tile, c, 16), place)
        top = where(x > top, x, top)
    return place


@inlined
def _every_eighth(tile: Any, first: Any, whole: Any) -> Any:
    """The sum over columns `first`, first + 8, … < `whole`, as one lane of a packet sum has it."""
    total = load(tile, first * ROWS, 16)
    c = first + 8
    if whole >= 32:
        s1, s2 = load(tile, c * ROWS, 16), load(tile, (c + 8) * ROWS, 16)
        s3 = load(tile, (c + 16) * ROWS, 16)
        c += 24
        while c - first + 32 <= whole:
            total = total + load(tile, c * ROWS, 16)
            s1 = s1 + load(tile, (c + 8) * ROWS, 16)
            s2 = s2 + load(tile, (c + 16) * ROWS, 16)
            s3 = s3 + load(tile, (c + 24) * ROWS, 16)
            c += 32
        total = ((total + s1) + s2) + s3
    while c < whole:
        total = total + load(tile, c * ROWS, 16)
        c += 8
    return total


@inlined
def packet_sums(tile: Any, units: Any) -> Any:
    """The sum of each row in the order of :func:`engine.kernels.sums.packet_sum`."""
    whole = units - units % 8
    rest = fill(tile, 0.0, 16)
    for c in range(whole, units):
        rest = rest + load(tile, c * ROWS, 16)
    if whole == 0:
        return rest
    s04 = _every_eighth(tile, 0, whole) + _every_eighth(tile, 4, whole)
    s26 = _every_eighth(tile, 2, whole) + _every_eighth(tile, 6, whole)
    s15 = _every_eighth(tile, 1, whole) + _every_eighth(tile, 5, whole)
    s37 = _every_eighth(tile, 3, whole) + _every_eighth(tile, 7, whole)
    return rest + ((s04 + s26) + (s15 + s37))


@inlined
def _every_sixteenth(tile: Any, first: Any, units: Any, turns: Any, vectors: Any) -> Any:
    """The sum over columns `first`, first + 16, … as one lane of oneDNN's softmax has it."""
    s0 = s1 = s2 = s3 = fill(tile, 0.0, 16)
    for v in range((units - first + 15) // 16):
        e = load(tile, (first + 16 * v) * ROWS, 16)
        turn = v % turns if v < vectors else 0
        if turn == 0:
            s0 = s0 + e
        elif turn == 1:
            s1 = s1 + e
        elif turn == 2:
            s2 = s2 + e
        else:
            s3 = s3 + e
    if turns > 1:
        s0 = s0 + s1
    if turns > 2:
        s0 = s0 + (s2 + s3 if turns > 3 else s2)
    return s0


@inlined
def halving_sums(tile: Any, units: Any, scratch: Any) -> Any:
    """The sum of each row in sixteen lanes, as oneDNN's softmax adds up.

    Up to four accumulators take turns over the whole vectors, the incomplete last vector joins the
    first; accumulators are added in pairs, then upper halves onto lower halves.  `scratch` has
    room for 16 × 16 numbers.
    """
    if units <= 16:  # the columns behind the last unit are zeros
        return _tree(tile)
    vectors = units // 16
    turns = min(4, vectors) if vectors > 1 else 1
    for lane in range(16):
        store(scratch, lane * ROWS, _every_sixteenth(tile, lane, units, turns, vectors))
    return _tree(scratch)


@inlined
def _tree(tile: Any) -> Any:
    """The sum of sixteen columns, upper half onto lower half again and again."""
    columns = (
        load(tile, 0, 16), load(tile, 16, 16), load(tile, 32, 16), load(tile, 48, 16),
        load(tile, 64, 16), load(tile, 80, 16), load(tile, 96, 16), load(tile, 112, 16),
        load(tile, 128, 16), load(tile, 144, 16), load(tile, 160, 16), load(tile, 176, 16),
        load(tile, 192, 16), load(tile, 208, 16), load(tile, 224, 16), load(tile, 240, 16),
    )  # fmt: skip
    return halving_sum(columns)
