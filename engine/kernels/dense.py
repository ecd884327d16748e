"""The products of a Dense layer, in Keras's order of operations.

    z  = x·W + b          (rows, units)
    dW = xᵀ·dz            (inputs, units)
    db = Σ over rows dz   (units)
    dx = dz·Wᵀ            (rows, inputs)

All matrices are contiguous, row after row.  The order in which the terms of one element are added
is part of the result (docs/parity.md says how it was found):

=====================================  ============================================================
z with units > 1, or a single row      fma after fma over the inputs; above 384 inputs in blocks
z with one unit and several rows       eight lanes over the inputs and a tree of neighbours
dW                                     fma after fma over the rows; above 384 rows in blocks
db                                     row after row; with one unit the packet sum
dx of one row                          eight lanes over the units and a tree of neighbours
dx of 2–15 rows                        sixteen lanes over the units and a tree of halves
dx of 16 rows or more                  fma after fma over the units (blocks above 384)
=====================================  ============================================================

Different elements are independent, so the lanes hold neighbouring elements of the result and a
register tile of 8 rows × 32 columns shares its loads.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from numba.extending import overload

from engine.kernels import fields, onednn
from engine.kernels.compiler import formula, inlined, part
from engine.kernels.instructions import instruction, integer, place
from engine.kernels.lanes import (
    at,
    broadcast,
    call,
    fill,
    fma,
    fma_each,
    fma_outer,
    halving_sum,
    keep_first,
    load,
    plus_zero,
    prefetch,
    put,
    store,
    sum_8_pairs,
    transpose_16,
    zeros,
)
from engine.kernels.memory import whole
from engine.kernels.sums import long_sum

BLOCK = 384
"""Terms of a long sum that are added up before they join the total."""

FEWEST_TURNED = 16
"""With fewer rows TensorFlow forms dz·Wᵀ in another order."""

COPIED_FROM = 64
"""Rows from which on it pays to copy a strip before it is read."""


@inlined
def block_end(start: Any, n: Any) -> Any:
    """Where the block of terms that begins at `start` ends: 384 each, the last two of one size."""
    left = n - start
    if left >= 2 * BLOCK:
        return start + BLOCK
    if left > BLOCK:
        return start + (left + 1) // 2
    return n


@inlined
def _finish(c, z, o, left, bias, start, mode, width) -> None:
    """Join a block's sums to those before; add the bias and rectify if `mode` says so."""
    if start > 0:
        c = load(z, o, width) + c
    if mode >= 0:
        c = c + bias
        if mode > 0:
            c = onednn.relu(c)
    put(z, o, c, left, width)


def _finish_rows(sums, z, o, sz, left, bias, start, mode, width):
    raise NotImplementedError("compiled code only")


@overload(
    _finish_rows,
    strict=False,
    prefer_literal=True,
    jit_options={"error_model": "numpy", "forceinline": True},
)
def _finish_each(sums, z, o, sz, left, bias, start, mode, width):
    """`_finish` for the rows of a tile, one after the other."""
    if len(sums) == 1:
        return lambda sums, z, o, sz, left, bias, start, mode, width: _finish(
            sums[0], z, o, left, bias, start, mode, width
        )

    def finish(sums, z, o, sz, left, bias, start, mode, width):
        _finish(sums[0], z, o, left, bias, start, mode, width)
        _finish_rows(sums[1:], z, o + sz, sz, left, bias, start, mode, width)

    return finish


@inlined
def _tile(x, w, bias, z, i, start, end, left, sx, sk, sw, sz, mode, rows, width) -> None:
    """`rows` rows from i of a strip: they share the loads of w."""
    q, p = i * sx + start * sk, start * sw
    if start > 0:  # the sums before this block are added at its end
        for r in range(rows):
            prefetch(z, (i + r) * sz)
            prefetch(z, (i + r) * sz + width // 2)
    sums = zeros(w, rows, width)
    for _ in range(start, end):
        sums = fma_outer(sums, x, q, sx, load(w, p, width))
        q += sk
        p += sw
    _finish_rows(sums, z, i * sz, sz, left, bias, start, mode, width)


@inlined
def _strip(x, w, b, z, rows, start, end, left, sx, sk, sw, sz, mode, width) -> None:
    """`width` columns, of which `left` count, of z[i, j] = Σₖ x[i·sx + k·sk]·w[k·sw + j] (+ b[j]).

    The terms `start` … `end` − 1 are added, fma after fma.  `mode`: −1 without a bias, 0 with one,
    1 to rectify the result as well; `b` must be readable in any case.
    """
    bias, i = load(b, 0, width), 0
    while rows - i >= 8:
        _tile(x, w, bias, z, i, start, end, left, sx, sk, sw, sz, mode, 8, width)
        i += 8
    if rows - i >= 5:
        _tile(x, w, bias, z, i, start, end, left, sx, sk, sw, sz, mode, 5, width)
        i += 5
    if rows - i == 4 or (i < rows and rows >= 4 and start == 0):
        # Four rows of which some are done take less time than one row after the other.
        _tile(x, w, bias, z, rows - 4, start, end, left, sx, sk, sw, sz, mode, 4, width)
        return
    while i < rows:
        _tile(x, w, bias, z, i, start, end, left, sx, sk, sw, sz, mode, 1, width)
        i += 1


@part("ppppiiiiiiiii")
def strip_32(x, w, b, z, rows, start, end, left, sx, sk, sw, sz, mode) -> None:
    """A strip of 32 columns."""
    _strip(x, w, b, z, rows, start, end, left, sx, sk, sw, sz, mode, 32)


@part("ppppiiiiiiiii")
def strip_16(x, w, b, z, rows, start, end, left, sx, sk, sw, sz, mode) -> None:
    """A strip of 16 columns."""
    _strip(x, w, b, z, rows, start, end, left, sx, sk, sw, sz, mode, 16)


@part("ppppiiiiiiiii")
def strip_8(x, w, b, z, rows, start, end, left, sx, sk, sw, sz, mode) -> None:
    """A strip of 8 columns."""
    _strip(x, w, b, z, rows, start, end, left, sx, sk, sw, sz, mode, 8)


STRIPS = {fields.STRIP_32: strip_32, fields.STRIP_16: strip_16, fields.STRIP_8: strip_8}


@formula
def strip_of(columns: Any) -> Any:
    """The frame's field that has the function for a strip of so many columns."""
    if columns > 16:
        return fields.STRIP_32
    return fields.STRIP_16 if columns > 8 else fields.STRIP_8


def strips_needed(sizes: Sequence[tuple[int, int]], rows: int) -> set[int]:
    """The strips that products are cut into: (inputs, units) of the layers, batches up to `rows`.

    Each takes some seconds to compile.  The columns of products are units, inputs or rows.
    """
    columns = {units for _, units in sizes} | {inputs for inputs, _ in sizes[1:]}
    some = range(FEWEST_TURNED, min(rows, FEWEST_TURNED + 31) + 1)  # all that 32 may leave over
    columns.update(n for n in some if any(turns(n, *size) for size in sizes[1:]))
    return {strip_of(n - j) for n in columns for j in range(0, n, 32)}


@inlined
def product(frame, x, w, b, z, rows, terms, columns, sx, sk, sw, sz, blocked, mode, room) -> None:
    """z[i, j] = Σₖ x[i·sx + k·sk]·w[k·sw + j] (+ b[j]), strip by strip.

    Reading x by two strides makes the same tiles serve x·W and xᵀ·dz.  If there is `room` behind
    z, and one strip is all, each row is stored as a whole register, what hangs over being
    overwritten by the next row: that takes less time than storing pieces.

    Many rows read each strip of w many times.  So it is copied first to where its rows lie one
    behind the other: rows that are 2ᵏ numbers apart would drive each other out of the cache.
    """
    start = 0
    copied, room_for_it = rows >= COPIED_FROM, place(frame, fields.STRIP, 0, w)
    over = 32 if room and columns <= 32 and not (blocked and terms > BLOCK) else 0
    while True:
        end = block_end(start, terms) if blocked else terms
        now = mode if end >= terms else -1
        for j in range(0, columns, 32):
            left = columns - j
            v, sv = at(w, j), sw
            if copied and end - start <= BLOCK:
                for k in range(start, end):
                    store(room_for_it, (k - start) * 32, load(v, k * sw, 32))
                v, sv = at(room_for_it, -start * 32), 32
            call(
                integer(frame, strip_of(left)),
                (x, v, at(b, j), at(z, j), rows, start, end, left + over, sx, sk, sv, sz, now),
            )
        if end >= terms:
            return
        start = end


@inlined
def eight_dots(a: Any, i: Any, stride: Any, v: Any, terms: Any) -> Any:
    """Eight sums Σₖ a[i + r·stride + k]·v[k], r = 0 … 7, in lane r.

    The first 16·⌊terms/16⌋ terms go through eight lanes with fma; what is left follows in blocks
    of 8, 4, 2 and 1, each added to the total by itself; every block ends in a tree of neighbours.
    """
    total = fill(a, 0.0, 8)
    whole = terms - terms % 16
    i4 = i + 4 * stride
    k = 0
    if whole > 0:
        c0 = c1 = c2 = c3 = c4 = c5 = c6 = c7 = total
        while k < whole:
            u = load(v, k, 8)
            c0 = fma(load(a, i + k, 8), u, c0)
            c1 = fma(load(a, i + stride + k, 8), u, c1)
            c2 = fma(load(a, i + 2 * stride + k, 8), u, c2)
            c3 = fma(load(a, i + 3 * stride + k, 8), u, c3)
            c4 = fma(load(a, i4 + k, 8), u, c4)
            c5 = fma(load(a, i4 + stride + k, 8), u, c5)
            c6 = fma(load(a, i4 + 2 * stride + k, 8), u, c6)
            c7 = fma(load(a, i4 + 3 * stride + k, 8), u, c7)
            k += 8
        total = sum_8_pairs((c0, c1, c2, c3, c4, c5, c6, c7))
    block = 8
    while block > 0:
        if terms - k >= block:
            u = load(v, k, 8)
            part = sum_8_pairs(
                (
                    keep_first(load(a, i + k, 8) * u, block),
                    keep_first(load(a, i + stride + k, 8) * u, block),
                    keep_first(load(a, i + 2 * stride + k, 8) * u, block),
                    keep_first(load(a, i + 3 * stride + k, 8) * u, block),
                    keep_first(load(a, i4 + k, 8) * u, block),
                    keep_first(load(a, i4 + stride + k, 8) * u, block),
                    keep_first(load(a, i4 + 2 * stride + k, 8) * u, block),
                    keep_first(load(a, i4 + 3 * stride + k, 8) * u, block),
                )
            )
            total = part if k == 0 else total + part
            k += block
        block >>= 1
    return total


@inlined
def dots(a: Any, v: Any, out: Any, rows: Any, terms: Any) -> None:
    """out[i] = Σₖ a[i, k]·v[k] for every row of `a`, eight rows at a time."""
    for i in range(0, rows, 8):
        put(out, i, eight_dots(a, i * terms, terms, v, terms), rows - i, 8)


@inlined
def _add_bias_to_dots(z: Any, b: Any, rows: Any, rectify: Any) -> None:
    for i in range(0, rows, 16):
        v = load(z, i, 16) + broadcast(b, 0, 16)
        put(z, i, onednn.relu(v) if rectify > 0 else v, rows - i, 16)


@instruction()
def forward_layer(frame: Any, a: Any, rows: Any, like: Any) -> None:
    """z = x·W + b, rectified if asked for.

    Numbers: the frame's field and the place of x; places of W and b (−1: none) among the weights
    and of z among the outputs; inputs, units; 1 to rectify.
    """
    x = place(frame, integer(a, 0), integer(a, 1), like)
    w = place(frame, fields.WEIGHTS, integer(a, 2), like)
    b = place(frame, fields.WEIGHTS, max(integer(a, 3), 0), like)
    z = place(frame, fields.OUTPUTS, integer(a, 4), like)
    inputs, units, bias = integer(a, 5), integer(a, 6), integer(a, 3)
    if units == 1 and rows > 1:
        dots(x, w, z, rows, inputs)
        if bias >= 0:
            _add_bias_to_dots(z, b, rows, integer(a, 7))
    else:
        mode = integer(a, 7) if bias >= 0 else -1
        blocked = int(rows > 1 and inputs > BLOCK)
        product(frame, x, w, b, z, rows, inputs, units, inputs, 1, units, units, blocked, mode, 1)


@inlined
def _gradient_of_kernel(frame, x, dz, dw, rows, inputs, units) -> None:
    """dW = xᵀ·dz."""
    if units == 1:
        for k in range(0, inputs, 16):
            c = fill(x, 0.0, 16)
            for i in range(rows):
                c = fma(load(x, i * inputs + k, 16), broadcast(dz, i, 16), c)
            put(dw, k, c, inputs - k, 16)
    else:
        blocked = int(inputs > 1 and rows > BLOCK)
        product(frame, x, dz, dz, dw, inputs, rows, units, 1, inputs, units, units, blocked, -1, 0)


@inlined
def sums_of_columns(dz: Any, j: Any, rows: Any, units: Any) -> Any:
    """Σ over the rows of sixteen columns.

    The sums begin with 0, which makes 0 of −0; a single row is not summed but copied, −0 included.
    """
    c = fill(dz, 0.0 if rows > 1 else -0.0, 16)
    for i in range(rows):
        c = c + load(dz, i * units + j, 16)
    return c


@inlined
def _gradient_of_bias(dz: Any, db: Any, rows: Any, units: Any, threads: Any) -> None:
    """db = Σ dz over the rows."""
    if units == 1 and rows > 1:
        store(db, 0, long_sum(dz, rows, threads))
    else:
        for j in range(0, units, 16):
            put(db, j, sums_of_columns(dz, j, rows, units), units - j, 16)


@instruction()
def d_weights(frame: Any, a: Any, rows: Any, like: Any) -> None:
    """dW = xᵀ·dz and db = Σ dz.

    Numbers: the frame's field and the place of x; place of dz among the deltas; places of W and b
    (−1: none) among the weights; inputs, units.
    """
    x = place(frame, integer(a, 0), integer(a, 1), like)
    dz = place(frame, fields.DELTAS, integer(a, 2), like)
    inputs, units, bias = integer(a, 5), integer(a, 6), integer(a, 4)
    dw = place(frame, fields.GRADIENTS, integer(a, 3), like)
    _gradient_of_kernel(frame, x, dz, dw, rows, inputs, units)
    if bias >= 0:
        db = place(frame, fields.GRADIENTS, bias, like)
        _gradient_of_bias(dz, db, rows, units, integer(frame, fields.THREADS))


@inlined
def _transpose(w: Any, inputs: Any, units: Any, t: Any, stride: Any) -> None:
    """t[j, k] = W[k, j], rows of `t` being `stride` (a multiple of 16) apart; zeros behind them."""
    for k in range(0, inputs, 16):
        for j in range(0, units, 16):
            transpose_16(w, k * units + j, units, units - j, t, j * stride + k, stride)


@inlined
def halving_products(dz, w, dx, scratch, rows, inputs, units, stride) -> None:
    """dx = dz·Wᵀ with sixteen lanes over the units, for sixteen inputs at once.

    Rows of dx are `stride` numbers apart.  Wᵀ lies in blocks of 16 × 16, with zeros below it, and
    dz with zeros behind each row.  The r-th register has what the r-th lane adds up.
    """
    width = whole(units)
    t = at(scratch, rows * width)
    for i in range(rows):
        for j in range(0, units, 16):
            store(scratch, i * width + j, keep_first(load(dz, i * units + j, 16), units - j))
    for k in range(0, inputs, 16):
        for j in range(0, units, 16):
            transpose_16(w, k * units + j, units, units - j, t, j * 16, 16)
        for i in range(rows):
            if units <= 8:
                few = fma_each(zeros(dz, 8, 16), scratch, i * width, t, 0, 16)
                total = halving_sum(plus_zero(few))
            else:
                sums = zeros(dz, 16, 16)
                for j in range(0, width, 16):
                    sums = fma_each(sums, scratch, i * width + j, t, j * 16, 16)
                total = halving_sum(sums)
            put(dx, i * stride + k, total, inputs - k, 16)


@inlined
def _turned_product(frame, dz, w, dx, rows, inputs, units) -> None:
    """dxᵀ = W·dzᵀ: the batch is turned around, which is less than W.

    What hangs over the end of a row of dx is overwritten by the next one's beginning.
    """
    stride = whole(rows)
    turned_dz = place(frame, fields.SCRATCH, 0, dz)
    turned_dx = at(turned_dz, stride * (units + 15))
    for i in range(0, rows, 16):
        for j in range(0, units, 16):
            transpose_16(dz, i * units + j, units, units - j, turned_dz, j * stride + i, stride)
    blocked = int(units > BLOCK)
    product(
        frame, w, turned_dz, w, turned_dx, inputs, units, rows, units, 1, stride, stride, blocked,
        -1, 0,
    )  # fmt: skip
    for k in range((inputs - 1) // 16 * 16, -1, -16):
        for i in range(0, rows, 16):
            transpose_16(turned_dx, k * stride + i, stride, 16, dx, i * inputs + k, inputs)


@formula
def turns(rows: Any, inputs: Any, units: Any) -> Any:
    """Whether the batch (x and z) is smaller than W."""
    return rows * (inputs + units) < inputs * units


def scratch_needed(rows: int, inputs: int, units: int) -> int:
    """How many numbers of scratch the gradient of the input may use, for up to `rows` rows."""
    if turns(rows, inputs, units):
        return (rows + 31) * (inputs + units + 32)
    return inputs * units + 64 * (inputs + units) + 4096


@instruction()
def d_input(frame: Any, a: Any, rows: Any, like: Any) -> None:
    """dx = dz·Wᵀ.

    Numbers: places of dz and dx among the deltas, of W among the weights; inputs, units.
    """
    dz = place(frame, fields.DELTAS, integer(a, 0), like)
    dx = place(frame, fields.DELTAS, integer(a, 1), like)
    w = place(frame, fields.WEIGHTS, integer(a, 2), like)
    inputs, units = integer(a, 3), integer(a, 4)
    if units == 1:
        for i in range(rows):
            factor = broadcast(dz, i, 8)
            for k in range(0, inputs, 8):
                dot = fma(factor, load(w, k, 8), fill(w, 0.0, 8))
                put(dx, i * inputs + k, dot, inputs - k, 8)
    elif rows == 1:
        for k in range(0, inputs, 8):
            put(dx, k, eight_dots(w, k * units, units, dz, units), inputs - k, 8)
    elif inputs == 1 and rows >= FEWEST_TURNED:
        dots(dz, w, dx, rows, units)
    elif rows < FEWEST_TURNED:
        scratch = place(frame, fields.SCRATCH, 0, like)
        halving_products(dz, w, dx, scratch, rows, inputs, units, inputs)
    elif turns(rows, inputs, units):
        _turned_product(frame, dz, w, dx, rows, inputs, units)
    else:
        t = place(frame, fields.SCRATCH, 0, like)
        stride, blocked = whole(inputs), int(units > BLOCK)
        _transpose(w, inputs, units, t, stride)
        product(frame, dz, t, t, dx, rows, units, inputs, units, 1, stride, inputs, blocked, -1, 1)
