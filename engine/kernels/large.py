"""Dense layers that are worth a team: their products, shared among threads.

The same products in the same order as in :mod:`engine.kernels.dense`; each member of the team
(:mod:`engine.kernels.team`) works out some columns or rows of the result.

What one core has written, another waits for: 40 ns for a line of 16 weights, or 160 ns if they do
not share a cache.  With few rows that is as long as the arithmetic.  So a member reads those rows
of W that it updates itself where the order of the sums lets it: long sums are added up in blocks,
and x·W is then a range of blocks for each member, joined in their order.

The kernel's gradient is formed in blocks.  Unless somebody wants to see it, a block is used for the
update while it is in the cache and then overwritten: the weights and the optimizer's slots are
more than a cache holds, and so the time of an update is that of reading and writing them once.
"""

from __future__ import annotations

from typing import Any

from engine.kernels import fields, onednn
from engine.kernels.compiler import formula, inlined
from engine.kernels.dense import (
    BLOCK,
    COPIED_FROM,
    FEWEST_TURNED,
    block_end,
    dots,
    eight_dots,
    halving_products,
    strip_of,
    sums_of_columns,
    turns,
)
from engine.kernels.instructions import instruction, integer, integers_from, place, put_integer
from engine.kernels.lanes import address, at, call, load, located, put, store, transpose_16
from engine.kernels.memory import whole
from engine.kernels.rows import copy_row
from engine.kernels.team import meet, share

LARGE = 1 << 20
"""So many multiplications make a layer large: measured, see docs/performance.md."""

ROWS = 512
"""Rows that are packed together: with 384 terms, less than half of a core's own cache."""

GROUP = 128
"""Columns of w that are packed together: their strips lie beside each other in memory."""

FEW_ROWS = 64
"""With more rows the arithmetic takes longer than passing weights from core to core."""

PACKED = (ROWS + 16) * (BLOCK + 16)
"""How many numbers are packed at once."""

GRADIENTS = 1 << 16
"""About so many numbers of a gradient wait for the update together."""


def is_large(rows: int, inputs: int, units: int) -> bool:
    """Whether a layer is worth a team: an update takes about as long as four rows."""
    return units > 1 and (rows + 4) * inputs * units >= LARGE


@formula
def rows_of_gradients(units: Any) -> Any:
    """How many rows of a gradient are formed before they are used: a multiple of a tile's eight."""
    return max(8, min(ROWS, GRADIENTS // units // 8 * 8))


@inlined
def _copy(source: Any, stride: Any, rows: Any, columns: Any, target: Any, width: Any) -> None:
    """Copy a part of a matrix to where its rows lie `width` numbers apart."""
    for i in range(rows):
        for k in range(0, columns, 16):
            store(target, i * width + k, load(source, i * stride + k, 16))


@inlined
def _copy_strips(w: Any, stride: Any, rows: Any, count: Any, target: Any) -> None:
    """Copy strips of 32 columns to where the rows of each lie one behind the other."""
    for i in range(rows):
        for g in range(count):
            store(target, (g * BLOCK + i) * 32, load(w, i * stride + g * 32, 32))


@inlined
def _product(frame, x, w, b, z, rows, terms, columns, sx, sk, sw, sz, blocked, mode, together):
    """As :func:`engine.kernels.dense.product`, with x and w packed block by block.

    What is read many times lies together: rows that are 2ᵏ numbers apart would drive each other out
    of the cache.  One of `sx` and `sk` is 1.  With `sw` = 32 the strips of w lie one behind the
    other already, each with a multiple of sixteen rows.

    If all members read the same x, they may pack it `together`, to that place of the scratch, and
    into two buffers in turn: who has met the others at one block knows that they are done with the
    last.  They must agree on it, however many columns each of them has.
    """
    strips, start, turn = place(frame, fields.STRIP, 0, x), 0, 0
    while True:
        end = block_end(start, terms) if blocked else terms
        n, now = end - start, mode if end >= terms else -1
        direct = sw == 32 and together < 0 and sk == 1
        step = 64 if direct else ROWS
        for i in range(0, rows, step):
            m, own_x, own_sx, own_sk = min(step, rows - i), at(x, i * sx), sx, sk
            if n <= BLOCK and (together >= 0 or sk > 1):
                packed, first, last = place(frame, fields.PACKED, 0, x), 0, m
                if together >= 0:
                    packed = place(frame, fields.SCRATCH, together + turn * PACKED, x)
                    first, last = share(frame, m, 1)
                    turn = 1 - turn
                if sk == 1:
                    own_sx = BLOCK + 16
                    some = at(own_x, start + first * sx)
                    _copy(some, sx, last - first, n, at(packed, first * own_sx), own_sx)
                else:
                    own_sk = ROWS + 16
                    _copy(at(own_x, start * sk), sk, n, m, packed, own_sk)
                if together >= 0:
                    meet(frame)
                own_x = at(packed, -start * own_sk)
            for j in range(0, columns, 32):
                v, own_sw, left, g = at(w, j), sw, columns - j, j % GROUP // 32
                if sw == 32:
                    v = at(w, j * whole(terms))
                elif n <= BLOCK and m >= COPIED_FROM:
                    if g == 0:
                        count = min(GROUP // 32, (left + 31) // 32)
                        _copy_strips(at(v, start * sw), sw, n, count, strips)
                    v, own_sw = at(strips, (g * BLOCK - start) * 32), 32
                call(
                    integer(frame, strip_of(left)),
                    (own_x, v, at(b, j), at(z, i * sz + j), m, start, end, left, own_sx, own_sk,
                     own_sw, sz, now),
                )  # fmt: skip
        if end >= terms:
            return
        start = end


@inlined
def _turn_into_strips(a: Any, first: Any, end: Any, columns: Any, strips: Any) -> None:
    """Transpose the rows `first` … `end` − 1 of `a`, into strips of 32 rows of it."""
    for i in range(first, end, 16):
        strip = at(strips, i // 32 * 32 * whole(columns) + i % 32)
        for j in range(0, columns, 16):
            transpose_16(a, i * columns + j, columns, columns - j, strip, j * 32, 32)


@inlined
def _many(frame: Any, columns: Any) -> Any:
    """Whether a matrix has so many columns that packing the other factor pays."""
    return columns > 256 * integer(frame, fields.TEAM)


@inlined
def _part(frame: Any, rows: Any, columns: Any) -> Any:
    """The member's part of a matrix: first row, rows, first column, columns.

    Strips of 32 columns; or rows, if there are too few strips.
    """
    if columns >= 32 * integer(frame, fields.TEAM):
        first, end = share(frame, columns, 32)
        return 0, rows, first, end - first
    first, end = share(frame, rows, 8)
    return first, end - first, 0, columns


@inlined
def _nearest_end(place_: Any, terms: Any) -> Any:
    """The beginning or the end of a block of terms, whichever is nearest to a place."""
    start = 0
    while start < terms:
        end = block_end(start, terms)
        if place_ - start <= end - place_:
            return start
        start = end
    return terms


@inlined
def _terms(frame: Any, rows: Any, inputs: Any) -> Any:
    """The terms of x·W that are the member's, if those are shared: whole blocks.  Else 0 and 0."""
    member, team = integer(frame, fields.MEMBER), integer(frame, fields.TEAM)
    if team == 1 or rows == 1 or rows > FEW_ROWS or inputs <= BLOCK:
        return 0, 0
    first = last = end = 0
    for m in range(team):
        start, end = end, _nearest_end(inputs * (m + 1) // team, inputs)
        if end == start or team * (end - start) > inputs + inputs // 8:
            return 0, 0  # they would wait for the one with the most
        if m == member:
            first, last = start, end
    return first, last


@inlined
def _rows_of_weights(frame: Any, rows: Any, inputs: Any) -> Any:
    """The rows of W that the member updates."""
    first, end = _terms(frame, rows, inputs)
    if first == end:
        first, end = share(frame, inputs, 8)
    return first, end


@inlined
def _blocks(frame, x, w, b, z, rows, first, last, inputs, units, mode) -> None:
    """z = x·W + b: the terms `first` … `last` − 1 are the member's; so are some rows to join.

    The first block's sums go to z, those of the others to the scratch.
    """
    sums, start, others = place(frame, fields.SCRATCH, 0, x), 0, -1
    while start < inputs:
        end = block_end(start, inputs)
        if first <= start < last:
            own_z = z if start == 0 else at(sums, others * rows * units)
            _product(
                frame, at(x, start), at(w, start * units), b, own_z, rows, end - start, units,
                inputs, 1, units, units, 0, -1, -1,
            )  # fmt: skip
        start = end
        others += 1
    meet(frame)
    first, last = share(frame, rows, 1)
    for i in range(first, last):
        for j in range(0, units, 16):
            o = i * units + j
            c = load(z, o, 16)
            for k in range(others):
                c = c + load(sums, k * rows * units + o, 16)
            if mode >= 0:
                c = c + load(b, j, 16)
                if mode > 0:
                    c = onednn.relu(c)
            put(z, o, c, units - j, 16)


@instruction(shared=True)
def fetch_rows(frame: Any, a: Any, rows: Any, like: Any) -> None:
    """Copy the batch's rows from among the user's: all of them in another order take long to write.

    Numbers: the frame's field that says where all rows begin; the field that says where their order
    stands, or −1 if they are taken as they come.
    """
    inputs, x = integer(frame, fields.INPUTS), place(frame, fields.FETCHED, 0, like)
    begin, width = integer(frame, integer(a, 0)), inputs * (address(at(like, 1)) - address(like))
    position = (integer(frame, fields.X) - begin) // width
    order = 0 if integer(a, 1) < 0 else integer(frame, integer(a, 1))
    k, end = _terms(frame, rows, inputs)
    n, first, last = end - k, 0, rows
    if n == 0:
        n = inputs
        first, last = share(frame, rows, 1)
    for i in range(first, last):
        row = position + i
        if order != 0:
            row = integer(located(order, frame), row)
        source = located(begin + row * width, like)
        copy_row(at(source, k), at(x, i * inputs + k), n)
    put_integer(frame, fields.X, address(x))


@instruction(shared=True)
def forward_layer_shared(frame: Any, a: Any, rows: Any, like: Any) -> None:
    """z = x·W + b, rectified if asked for.

    Numbers: as those of :func:`engine.kernels.dense.forward_layer`.
    """
    x = place(frame, integer(a, 0), integer(a, 1), like)
    w = place(frame, fields.WEIGHTS, integer(a, 2), like)
    b = place(frame, fields.WEIGHTS, max(integer(a, 3), 0), like)
    z = place(frame, fields.OUTPUTS, integer(a, 4), like)
    inputs, units = integer(a, 5), integer(a, 6)
    mode = integer(a, 7) if integer(a, 3) >= 0 else -1
    first, last = _terms(frame, rows, inputs)
    if first < last:
        _blocks(frame, x, w, b, z, rows, first, last, inputs, units, mode)
        return
    i, n, j, m = _part(frame, rows, units)
    x, z = at(x, i * inputs), at(z, i * units + j)
    blocked = int(rows > 1 and inputs > BLOCK)
    together = 0 if n == rows and _many(frame, units) else -1
    _product(
        frame, x, at(w, j), at(b, j), z, n, inputs, m, inputs, 1, units, units, blocked, mode,
        together,
    )  # fmt: skip


@inlined
def _turned_product(frame, dz, w, dx, rows, inputs, units) -> None:
    """dxᵀ = W·dzᵀ, a range of the inputs for each member."""
    strips, stride = place(frame, fields.SCRATCH, 0, dz), whole(rows)
    first, end = share(frame, rows, 16)
    _turn_into_strips(dz, first, end, units, strips)
    meet(frame)
    first, end = share(frame, inputs, 16)
    turned_dx = at(strips, (stride + 16) * whole(units))
    own_w, own_dx = at(w, first * units), at(turned_dx, first * stride)
    blocked = int(units > BLOCK)
    _product(
        frame, own_w, strips, w, own_dx, end - first, units, rows, units, 1, 32, stride, blocked,
        -1, -1,
    )  # fmt: skip
    tile = place(frame, fields.BLOCK, 0, dz)
    for k in range(first, end, 16):
        for i in range(0, rows, 16):
            if inputs - k >= 16:
                transpose_16(turned_dx, k * stride + i, stride, 16, dx, i * inputs + k, inputs)
            else:  # what lies behind the row belongs to another member
                transpose_16(turned_dx, k * stride + i, stride, 16, tile, 0, 16)
                for r in range(min(16, rows - i)):
                    put(dx, (i + r) * inputs + k, load(tile, r * 16, 16), inputs - k, 16)


@inlined
def _product_with_transpose(frame, dz, w, dx, rows, inputs, units) -> None:
    """dx = dz·Wᵀ after W was transposed."""
    strips = place(frame, fields.SCRATCH, 0, dz)
    first, end = share(frame, inputs, 16)
    _turn_into_strips(w, first, end, units, strips)
    meet(frame)
    i, n, k, m = _part(frame, rows, inputs)
    dz, dx = at(dz, i * units), at(dx, i * inputs + k)
    together = -1
    if n == rows and _many(frame, inputs):
        together = (inputs + 31) // 32 * 32 * whole(units)
    _product(
        frame, dz, at(strips, k * whole(units)), w, dx, n, units, m, units, 1, 32, inputs,
        int(units > BLOCK), -1, together,
    )  # fmt: skip


@instruction(shared=True)
def d_input_shared(frame: Any, a: Any, rows: Any, like: Any) -> None:
    """dx = dz·Wᵀ.  Numbers: as those of :func:`engine.kernels.dense.d_input`."""
    dz = place(frame, fields.DELTAS, integer(a, 0), like)
    dx = place(frame, fields.DELTAS, integer(a, 1), like)
    w = place(frame, fields.WEIGHTS, integer(a, 2), like)
    inputs, units = integer(a, 3), integer(a, 4)
    if rows == 1:
        first, end = share(frame, inputs, 8)
        for k in range(first, end, 8):
            put(dx, k, eight_dots(w, k * units, units, dz, units), inputs - k, 8)
    elif rows < FEWEST_TURNED:
        first, end = share(frame, inputs, 16)
        own_w, own_dx, block = at(w, first * units), at(dx, first), place(frame, fields.BLOCK, 0, w)
        halving_products(dz, own_w, own_dx, block, rows, end - first, units, inputs)
    elif inputs == 1:
        first, end = share(frame, rows, 8)
        dots(at(dz, first * units), w, at(dx, first), end - first, units)
    elif turns(rows, inputs, units):
        _turned_product(frame, dz, w, dx, rows, inputs, units)
    else:
        _product_with_transpose(frame, dz, w, dx, rows, inputs, units)


@inlined
def _update(frame: Any, function: Any, start: Any, size: Any, field: Any, gradients: Any,
            like: Any) -> None:  # fmt: skip
    """Run an optimizer's instruction on a stretch of the weights."""
    put_integer(frame, fields.STRETCH, start)
    put_integer(frame, fields.STRETCH_SIZE, size)
    put_integer(frame, fields.STRETCH_FIELD, field)
    put_integer(frame, fields.STRETCH_PLACE, gradients)
    call(function, (frame, integers_from(frame, fields.STRETCH), 0, like))


@instruction(shared=True)
def d_weights_shared(frame: Any, a: Any, rows: Any, like: Any) -> None:
    """dW = xᵀ·dz and db = Σ dz; and the update.

    Numbers: as those of :func:`engine.kernels.dense.d_weights`; then the address of the
    optimizer's instruction, or 0 if the gradients are to be kept and nothing is updated.
    """
    x = place(frame, integer(a, 0), integer(a, 1), like)
    dz = place(frame, fields.DELTAS, integer(a, 2), like)
    kernel, bias, inputs, units = integer(a, 3), integer(a, 4), integer(a, 5), integer(a, 6)
    update, blocked = integer(a, 7), int(inputs > 1 and rows > BLOCK)
    strips = place(frame, fields.SCRATCH, 0, like)
    first, end = share(frame, units, 32)
    for j in range(first, end, 32):
        _copy(at(dz, j), units, rows, 32, at(strips, j * whole(rows)), 32)
    meet(frame)
    first, end = _rows_of_weights(frame, rows, inputs)
    target, some = place(frame, fields.BLOCK, 0, like), rows_of_gradients(units)
    for k in range(first, end, some):
        n, start = min(some, end - k), kernel + k * units
        if update == 0:
            target = place(frame, fields.GRADIENTS, start, like)
        _product(
            frame, at(x, k), strips, dz, target, n, rows, units, 1, inputs, 32, units, blocked, -1,
            -1,
        )  # fmt: skip
        if update != 0:
            _update(frame, update, start, n * units, fields.BLOCK, 0, like)
    if bias >= 0:
        first, end = share(frame, units, 16)
        db = place(frame, fields.GRADIENTS, bias, like)
        for j in range(first, end, 16):
            put(db, j, sums_of_columns(dz, j, rows, units), units - j, 16)
        if update != 0:
            _update(frame, update, bias + first, end - first, fields.GRADIENTS, bias + first, like)


@instruction(shared=True)
def update_shared(frame: Any, a: Any, rows: Any, like: Any) -> None:
    """The update of a stretch whose gradients were kept.

    Numbers: where it begins, how many numbers it has, the address of the optimizer's instruction.
    """
    first, end = share(frame, integer(a, 1), 16)
    start = integer(a, 0) + first
    _update(frame, integer(a, 2), start, end - first, fields.GRADIENTS, start, like)


def block_needed(units: int) -> int:
    """How many numbers a member's block may have: gradients, or a small batch of a wide layer."""
    gradients: int = rows_of_gradients(units) * units
    return max(gradients, 31 * (units + 16))


def scratch_needed(rows: int, inputs: int, units: int) -> int:
    """How many numbers the members may use together, for up to `rows` rows."""
    strips_of_dz, strips_of_w = (rows + 48) * (units + 48), (inputs + 32) * (units + 16)
    sums = (inputs // BLOCK + 1) * (min(rows, FEW_ROWS) * units + 16)
    return max(strips_of_dz + (rows + 16) * (inputs + 16), strips_of_w + 2 * PACKED, sums)
