"""Sums in TensorFlow's order: eight lanes at a time, a halving tree, then the rest."""

from __future__ import annotations

from typing import Any

from engine.kernels.compiler import inlined
from engine.kernels.lanes import fill, load, sum_halves


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
