"""Loops over the elements of flat tensors.

TensorFlow evaluates the first 8·⌊n/8⌋ elements of a tensor by vector functions and the rest by
scalar ones; the loops below do the same, so the two may differ in the last bit.  An odd packet is
stored by itself: what part of a register has stored, other code must wait long for.
"""

from __future__ import annotations

from typing import Any

from engine.kernels.compiler import inlined
from engine.kernels.lanes import load, store


def over_one(packets: Any, rest: Any) -> Any:
    """A loop for out[i] = f(x[i]); `out` may be `x`."""

    @inlined
    def loop(x: Any, out: Any, n: Any) -> None:
        whole = n - n % 8
        for i in range(0, n - n % 16, 16):
            store(out, i, packets(load(x, i, 16)))
        if n & 8:
            store(out, whole - 8, packets(load(x, whole - 8, 8)))
        for i in range(whole, n):
            store(out, i, rest(load(x, i, 1)))

    return loop


def over_two(packets: Any, rest: Any) -> Any:
    """A loop for out[i] = f(x[i], y[i]); `out` may be `x` or `y`."""

    @inlined
    def loop(x: Any, y: Any, out: Any, n: Any) -> None:
        whole = n - n % 8
        for i in range(0, n - n % 16, 16):
            store(out, i, packets(load(x, i, 16), load(y, i, 16)))
        if n & 8:
            store(out, whole - 8, packets(load(x, whole - 8, 8), load(y, whole - 8, 8)))
        for i in range(whole, n):
            store(out, i, rest(load(x, i, 1), load(y, i, 1)))

    return loop
