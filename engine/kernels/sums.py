"""Sums in TensorFlow's order: eight lanes at a time, a halving tree, then the rest.

The order is that of Eigen's ``FullReducer`` and ``InnerMostDimReducer`` (``TensorReduction.h``,
MPL-2.0, shipped with TensorFlow's headers).  From 108,388 numbers on it depends on how many threads
there are: as many as the processors that the process may use.
"""

from __future__ import annotations

from typing import Any

from engine.kernels.compiler import inlined, piece
from engine.kernels.lanes import at, fill, load, number, sum_halves

LEAF = 8192
"""The most numbers that are summed in one go: 1,024 packets."""

CYCLES_PER_NUMBER, CYCLES_PER_THREAD = 1.9375, 100_000.0
"""Eigen's estimate of a sum's cost, for float32: two threads pay from 108,388 numbers on."""


@inlined
def packet_sum(p: Any, n: Any) -> Any:
    """Σ p[0:n].

    Fewer than 8 numbers are added one after the other.  Otherwise eight lanes accumulate whole
    packets (four accumulators take turns while 32 numbers are left), upper halves are folded onto
    lower halves, and the n mod 8 last numbers, summed by themselves, are added at the end.
    """
    rest = fill(p, 0.0, 1)
    whole = n - n % 8
    for i in range(whole, n):
        rest = rest + load(p, i, 1)
    if n < 8:
        return rest
    i = 0
    if n >= 32:
        a, b, c, d = load(p, 0, 8), load(p, 8, 8), load(p, 16, 8), load(p, 24, 8)
        i = 32
        while i + 32 <= n:
            a = a + load(p, i, 8)
            b = b + load(p, i + 8, 8)
            c = c + load(p, i + 16, 8)
            d = d + load(p, i + 24, 8)
            i += 32
        total = ((a + b) + c) + d
    else:
        total = load(p, 0, 8)
        i = 8
    while i < whole:
        total = total + load(p, i, 8)
        i += 8
    return rest + sum_halves(total)


@piece
def _tree_sum(p: Any, first: Any, n: Any) -> Any:
    """Σ p[first : first + n]: cut in two where a packet of p begins, until the parts are short."""
    if n <= LEAF:
        return number(packet_sum(at(p, first), n))
    middle = (first + (n + 1) // 2 + 7) // 8 * 8
    return _tree_sum(p, first, middle - first) + _tree_sum(p, middle, first + n - middle)


@piece
def _threads_sum(p: Any, n: Any, threads: Any) -> Any:
    """Σ p[0:n] as the threads of Eigen's pool form it; their sums are added in order, at last."""
    worth = int((n * CYCLES_PER_NUMBER - CYCLES_PER_THREAD) / CYCLES_PER_THREAD + 0.9)
    part = n // min(threads, max(1, worth))
    whole = n // part * part
    total = _tree_sum(p, whole, n - whole)
    for i in range(0, whole, part):
        total = total + _tree_sum(p, i, part)
    return total


@inlined
def long_sum(p: Any, n: Any, threads: Any) -> Any:
    """Σ p[0:n] for any n, where TensorFlow may use so many threads."""
    if n <= LEAF:
        return packet_sum(p, n)
    return fill(p, _threads_sum(p, n, threads), 1)
