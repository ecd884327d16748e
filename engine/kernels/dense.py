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
register tile of 4 rows × 32 columns shares its loads.
"""

from __future__ import annotations

from typing import Any

from engine.kernels import onednn
from engine.kernels.compiler import inlined, piece
from engine.kernels.lanes import (
    broadcast,
    fill,
    fma,
    keep_first,
    load,
    put,
    store,
    sum_8_pairs,
    sum_16_halves,
    transpose_16,
)
from engine.kernels.sums import long_sum

BLOCK = 384
"""Terms of a long sum that are added up before they join the total."""


@inlined
def _block_end(start: Any, n: Any) -> Any:
    """Where the block of terms that begins at `start` ends: 384 each, the last two of one size."""
    left = n - start
    if left >= 2 * BLOCK:
        return start + BLOCK
    if left > BLOCK:
        return start + (left + 1) // 2
    return n


@inlined
def _finish(
    c: Any, z: Any, o: Any, left: Any, bias: Any, start: Any, last: Any, mode: Any, width: Any
):
    """Join a block's sums to those before; behind the last block add the bias and rectify."""
    if start > 0:
        c = load(z, o, width) + c
    if last and mode >= 0:
        c = c + bias
        if mode > 0:
            c = onednn.relu(c)
    put(z, o, c, left, width)


@inlined
def _four_rows(x, i, sx, sk, w, sw, b, z, sz, j, start, end, last, mode, left, width):
    """The tile of rows i … i + 3 and `width` columns from j: they share the loads of w."""
    x0 = i * sx + start * sk
    x1, x2, x3 = x0 + sx, x0 + 2 * sx, x0 + 3 * sx
    p = start * sw + j
    c0 = c1 = c2 = c3 = fill(w, 0.0, width)
    for _ in range(start, end):
        v = load(w, p, width)
        c0 = fma(broadcast(x, x0, width), v, c0)
        c1 = fma(broadcast(x, x1, width), v, c1)
        c2 = fma(broadcast(x, x2, width), v, c2)
        c3 = fma(broadcast(x, x3, width), v, c3)
        x0, x1, x2, x3 = x0 + sk, x1 + sk, x2 + sk, x3 + sk
        p += sw
    bias = load(b, j, width)
    o = i * sz + j
    _finish(c0, z, o, left, bias, start, last, mode, width)
    _finish(c1, z, o + sz, left, bias, start, last, mode, width)
    _finish(c2, z, o + 2 * sz, left, bias, start, last, mode, width)
    _finish(c3, z, o + 3 * sz, left, bias, start, last, mode, width)


@inlined
def _one_row(x, i, sx, sk, w, sw, b, z, sz, j, start, end, last, mode, left, width):
    """The tile of row i and `width` columns from j."""
    q = i * sx + start * sk
    p = start * sw + j
    c = fill(w, 0.0, width)
    for _ in range(start, end):
        c = fma(broadcast(x, q, width), load(w, p, width), c)
        q += sk
        p += sw
    _finish(c, z, i * sz + j, left, load(b, j, width), start, last, mode, width)


@piece
def _product(x, w, b, z, shape, strides, blocked, mode):
    """z[i, j] = Σₖ x[i·sx + k·sk]·w[k·sw + j] (+ b[j]), fma after fma over k.

    `shape` is (rows, terms, columns); `strides` is (sx, sk, sw, sz).  Reading x by two strides
    makes the same tiles serve x·W and xᵀ·dz.  `mode`: −1 without a bias, 0 with one, 1 to rectify
    the result as well; `b` must be readable in any case.
    """
    rows, terms, columns = shape
    sx, sk, sw, sz = strides
    start = 0
    while True:
        end = _block_end(start, terms) if blocked else terms
        last = end >= terms
        i = 0
        while i < rows:
            four = rows - i >= 4
            j = 0
            while j < columns:
                left = columns - j
                if four and left > 16:
                    _four_rows(x, i, sx, sk, w, sw, b, z, sz, j, start, end, last, mode, left, 32)
                    j += 32
                elif four:
                    _four_rows(x, i, sx, sk, w, sw, b, z, sz, j, start, end, last, mode, left, 16)
                    j += 16
                elif left > 16:
                    _one_row(x, i, sx, sk, w, sw, b, z, sz, j, start, end, last, mode, left, 64)
                    j += 64
                else:
                    _one_row(x, i, sx, sk, w, sw, b, z, sz, j, start, end, last, mode, left, 16)
                    j += 16
            i += 4 if four else 1
        if last:
            return
        start = end


@inlined
def _eight_dots(a: Any, i: Any, stride: Any, v: Any, terms: Any) -> Any:
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


@piece
def _dots(a: Any, v: Any, out: Any, rows: Any, terms: Any) -> None:
    """out[i] = Σₖ a[i, k]·v[k] for every row of `a`, eight rows at a time."""
    for i in range(0, rows, 8):
        put(out, i, _eight_dots(a, i * terms, terms, v, terms), rows - i, 8)


@inlined
def forward(x: Any, w: Any, b: Any, z: Any, rows: Any, inputs: Any, units: Any, relu: Any) -> None:
    """z = x·W + b; `relu` is −1 without a bias, 0 with one, 1 to rectify the result as well."""
    if units == 1 and rows > 1:
        _dots(x, w, z, rows, inputs)
        if relu >= 0:
            for i in range(0, rows, 16):
                v = load(z, i, 16) + broadcast(b, 0, 16)
                put(z, i, onednn.relu(v) if relu > 0 else v, rows - i, 16)
    else:
        shape, strides = (rows, inputs, units), (inputs, 1, units, units)
        _product(x, w, b, z, shape, strides, rows > 1 and inputs > BLOCK, relu)


@inlined
def gradient_of_kernel(x: Any, dz: Any, dw: Any, rows: Any, inputs: Any, units: Any) -> None:
    """dW = xᵀ·dz."""
    if units == 1:
        for k in range(0, inputs, 16):
            c = fill(x, 0.0, 16)
            for i in range(rows):
                c = fma(load(x, i * inputs + k, 16), broadcast(dz, i, 16), c)
            put(dw, k, c, inputs - k, 16)
    else:
        shape, strides = (inputs, rows, units), (1, inputs, units, units)
        _product(x, dz, dz, dw, shape, strides, inputs > 1 and rows > BLOCK, -1)


@inlined
def gradient_of_bias(dz: Any, db: Any, rows: Any, units: Any, threads: Any) -> None:
    """db = Σ dz over the rows.

    The sum begins with 0, which makes 0 of −0; a single row is not summed but copied, −0 included.
    """
    if units == 1 and rows > 1:
        store(db, 0, long_sum(dz, rows, threads))
    else:
        for j in range(0, units, 16):
            c = fill(dz, 0.0 if rows > 1 else -0.0, 16)
            for i in range(rows):
                c = c + load(dz, i * units + j, 16)
            put(db, j, c, units - j, 16)


@piece
def _halving_dots(dz: Any, w: Any, dx: Any, rows: Any, inputs: Any, units: Any) -> None:
    """dx = dz·Wᵀ with sixteen lanes over the units, for sixteen inputs at once."""
    whole = units - units % 16
    for i in range(rows):
        q = i * units
        for k in range(0, inputs, 16):
            c0 = c1 = c2 = c3 = c4 = c5 = c6 = c7 = fill(w, 0.0, 16)
            c8 = c9 = ca = cb = cc = cd = ce = cf = fill(w, 0.0, 16)
            j = 0
            while j < units:
                d = load(dz, q + j, 16)
                left = units - j
                p = k * units + j
                p4, p8, p12 = p + 4 * units, p + 8 * units, p + 12 * units
                if j < whole:
                    left = 16
                # Beyond the last unit lie numbers of the next row: both factors must go, or
                # an infinity there would turn the product with 0 into NaN.
                d = keep_first(d, left)
                c0 = fma(d, keep_first(load(w, p, 16), left), c0)
                c1 = fma(d, keep_first(load(w, p + units, 16), left), c1)
                c2 = fma(d, keep_first(load(w, p + 2 * units, 16), left), c2)
                c3 = fma(d, keep_first(load(w, p + 3 * units, 16), left), c3)
                c4 = fma(d, keep_first(load(w, p4, 16), left), c4)
                c5 = fma(d, keep_first(load(w, p4 + units, 16), left), c5)
                c6 = fma(d, keep_first(load(w, p4 + 2 * units, 16), left), c6)
                c7 = fma(d, keep_first(load(w, p4 + 3 * units, 16), left), c7)
                c8 = fma(d, keep_first(load(w, p8, 16), left), c8)
                c9 = fma(d, keep_first(load(w, p8 + units, 16), left), c9)
                ca = fma(d, keep_first(load(w, p8 + 2 * units, 16), left), ca)
                cb = fma(d, keep_first(load(w, p8 + 3 * units, 16), left), cb)
                cc = fma(d, keep_first(load(w, p12, 16), left), cc)
                cd = fma(d, keep_first(load(w, p12 + units, 16), left), cd)
                ce = fma(d, keep_first(load(w, p12 + 2 * units, 16), left), ce)
                cf = fma(d, keep_first(load(w, p12 + 3 * units, 16), left), cf)
                j += 16
            sums = sum_16_halves((c0, c1, c2, c3, c4, c5, c6, c7, c8, c9, ca, cb, cc, cd, ce, cf))
            put(dx, i * inputs + k, sums, inputs - k, 16)


@piece
def transpose(w: Any, inputs: Any, units: Any, t: Any, stride: Any) -> None:
    """t[j, k] = W[k, j], rows of `t` being `stride` (a multiple of 16) apart."""
    for k in range(0, inputs, 16):
        for j in range(0, units, 16):
            transpose_16(w, k * units + j, units, t, j * stride + k, stride)


@inlined
def gradient_of_input(
    dz: Any, w: Any, dx: Any, scratch: Any, rows: Any, inputs: Any, units: Any
) -> None:
    """dx = dz·Wᵀ; `scratch` takes the transposed kernel when the order asks for one."""
    if units == 1:
        _product(dz, w, w, dx, (rows, 1, inputs), (1, 1, inputs, inputs), False, -1)
    elif rows == 1:
        _dots(w, dz, dx, inputs, units)
    elif rows < 16:
        _halving_dots(dz, w, dx, rows, inputs, units)
    elif inputs == 1:
        _dots(dz, w, dx, rows, units)
    else:
        stride = (inputs + 15) // 16 * 16
        transpose(w, inputs, units, scratch, stride)
        shape, strides = (rows, units, inputs), (units, 1, stride, inputs)
        _product(dz, scratch, w, dx, shape, strides, units > BLOCK, -1)
