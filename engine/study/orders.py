"""The orders in which sums are formed, in plain NumPy, term after term.

In exact arithmetic all orders give the same sum.  In float32 every addition rounds, so the order
is part of the result; these are the orders of TensorFlow's CPU build, and of the kernels.  They are
the tables of :mod:`engine.kernels.dense` and :mod:`engine.kernels.sums` in other words, and the
kernels are tested against them; nothing but a fused multiply-add, x·y + z rounded once, is taken
from there.

Shapes
    x ``(rows, inputs)``, W ``(inputs, units)``, b ``(units,)``, dz ``(rows, units)``.
"""

from typing import Any

import numpy as np

from engine.kernels.on_arrays import fma


def pairs_of_eight(v: Any) -> Any:
    """((0+1)+(4+5)) + ((2+3)+(6+7)) over the last axis."""
    return ((v[..., 0] + v[..., 1]) + (v[..., 4] + v[..., 5])) + (
        (v[..., 2] + v[..., 3]) + (v[..., 6] + v[..., 7])
    )


def halves(v: Any) -> Any:
    """Upper half onto lower half until one is left."""
    while v.shape[-1] > 1:
        half = v.shape[-1] // 2
        v = v[..., :half] + v[..., half:]
    return v[..., 0]


def blocks_of_384(n: int) -> list[tuple[int, int]]:
    """Blocks of 384; what is left when fewer than two fit is cut into two halves."""
    ends, start = [], 0
    while n - start >= 768:
        ends.append((start, start + 384))
        start += 384
    if n - start > 384:
        middle = start + (n - start + 1) // 2
        return [*ends, (start, middle), (middle, n)]
    return [*ends, (start, n)]


def in_sequence(x: Any, w: Any, blocked: bool) -> Any:
    """x·w, fma after fma over the terms; block sums are added in their order."""
    total = None
    for start, end in blocks_of_384(x.shape[1]) if blocked else [(0, x.shape[1])]:
        part = np.zeros((x.shape[0], w.shape[1]), x.dtype)
        for k in range(start, end):
            part = fma(x[:, k, np.newaxis], w[np.newaxis, k], part)
        total = part if total is None else total + part
    return total


def in_eight_lanes(a: Any, v: Any) -> Any:
    """a·v for a vector v: 16s by eight lanes with fma, then 8, 4, 2 and 1 terms by themselves."""
    terms = len(v)
    whole = terms // 16 * 16
    parts = []
    if whole:
        c = np.zeros((len(a), 8), a.dtype)
        for k in range(0, whole, 8):
            c = fma(a[:, k : k + 8], v[np.newaxis, k : k + 8], c)
        parts.append(pairs_of_eight(c))
    k = whole
    for size in (8, 4, 2, 1):
        if terms - k >= size:
            block = np.zeros((len(a), 8), a.dtype)
            block[:, :size] = a[:, k : k + size] * v[k : k + size]
            parts.append(pairs_of_eight(block))
            k += size
    total = parts[0]
    for part in parts[1:]:
        total = total + part
    return total


def in_sixteen_lanes(dz: Any, w: Any) -> Any:
    """dz·wᵀ: sixteen lanes over the units with fma, the last ones filled up with zeros."""
    units = dz.shape[1]
    wide = -(-units // 16) * 16
    d, k = np.zeros((len(dz), wide), dz.dtype), np.zeros((len(w), wide), dz.dtype)
    d[:, :units], k[:, :units] = dz, w
    c = np.zeros((len(dz), len(w), 16), dz.dtype)
    for j in range(0, wide, 16):
        c = fma(d[:, np.newaxis, j : j + 16], k[np.newaxis, :, j : j + 16], c)
    return halves(c)


def one_by_one(v: Any) -> Any:
    """The sum over the first axis, in order."""
    total = np.zeros_like(v[0])
    for row in v:
        total = total + row
    return total


def packets(v: Any) -> Any:
    """The sum over the last axis by packets of eight, then the rest: rest + packets.

    While 32 numbers are left, four packets take turns.
    """
    n = v.shape[-1]
    whole = n // 8 * 8
    rest = np.zeros(v.shape[:-1], v.dtype)
    for k in range(whole, n):
        rest = rest + v[..., k]
    if n < 8:
        return rest
    parts = [v[..., k : k + 8] for k in range(0, whole, 8)]
    fours = len(parts) // 4 * 4
    total, left = parts[0], parts[1:]
    if fours:
        turns, left = parts[:4], parts[fours:]
        for k in range(4, fours):
            turns[k % 4] = turns[k % 4] + parts[k]
        total = ((turns[0] + turns[1]) + turns[2]) + turns[3]
    for part in left:
        total = total + part
    return rest + halves(total)


def sixteen_lanes(v: Any) -> Any:
    """The sum over the last axis in registers of sixteen, as oneDNN's softmax adds up.

    Up to four registers take turns; an incomplete last one joins the first; pairs, then halves.
    """
    n = v.shape[-1]
    whole = n // 16
    turns = min(4, whole) if whole > 1 else 1
    wide = np.zeros((*v.shape[:-1], -(-n // 16) * 16), v.dtype)
    wide[..., :n] = v
    sums = [np.zeros((*v.shape[:-1], 16), v.dtype) for _ in range(turns)]
    for k in range(wide.shape[-1] // 16):
        turn = k % turns if k < whole else 0
        sums[turn] = sums[turn] + wide[..., 16 * k : 16 * k + 16]
    total = sums[0]
    if turns > 1:
        total = total + sums[1]
    if turns > 2:
        total = total + (sums[2] + sums[3] if turns > 3 else sums[2])
    return halves(total)


def tree(v: Any, first: int, end: int) -> Any:
    """The sum of v[first:end]: halves that begin at a packet of v, down to 8,192 numbers."""
    if end - first <= 8192:
        return packets(v[first:end])
    middle = first + (end - first + 1) // 2
    middle += -middle % 8
    return tree(v, first, middle) + tree(v, middle, end)


def by_threads(v: Any, threads: int) -> Any:
    """The sum of a vector of any length: what is left over, then the threads' parts in order."""
    n = len(v)
    if n <= 8192:
        return packets(v)
    part = n // min(threads, max(1, int((1.9375 * n - 1e5) / 1e5 + 0.9)))
    starts = range(0, n - part + 1, part)
    total = tree(v, len(starts) * part, n)
    for start in starts:
        total = total + tree(v, start, start + part)
    return total


def forward(x: Any, w: Any, b: Any) -> Any:
    """z = x·W + b."""
    rows, inputs = x.shape
    if w.shape[1] == 1 and rows > 1:
        z = in_eight_lanes(x, w[:, 0])[:, np.newaxis]
    else:
        z = in_sequence(x, w, rows > 1 and inputs > 384)
    return z if b is None else z + b


def gradient_of_kernel(x: Any, dz: Any) -> Any:
    """dW = xᵀ·dz."""
    blocked = dz.shape[1] > 1 and x.shape[1] > 1 and len(x) > 384
    return in_sequence(np.ascontiguousarray(x.T), dz, blocked)


def gradient_of_bias(dz: Any) -> Any:
    """db = Σ dz; of a single row its very numbers, signs of zeros included."""
    if dz.shape[1] == 1:
        return np.array([packets(dz[:, 0])], dz.dtype)
    return dz[0].copy() if len(dz) == 1 else one_by_one(dz)


def gradient_of_input(dz: Any, w: Any) -> Any:
    """dx = dz·Wᵀ."""
    rows, (inputs, units) = len(dz), w.shape
    if units == 1:
        return fma(dz, w[:, 0], np.zeros((), dz.dtype))  # −0 becomes 0, as in every sum
    if rows == 1:
        return in_eight_lanes(w, dz[0])[np.newaxis]
    if rows < 16:
        return in_sixteen_lanes(dz, w)
    if inputs == 1:
        return in_eight_lanes(dz, w[0])[:, np.newaxis]
    return in_sequence(dz, np.ascontiguousarray(w.T), units > 384)
