"""The kernels' elementary functions, and fma, for all numbers of an array.

For studying them from Python: :mod:`engine.kernels.interpreted` and the orders of sums
(:mod:`engine.study.orders`) call them.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np

from engine.kernels import elementary
from engine.kernels.compiler import Part, compiled, part
from engine.kernels.lanes import at, call, load, pointer, store
from engine.kernels.lanes import fma as fma_of_lanes
from engine.kernels.machine import FLUSHING, exchange_mode
from engine.kernels.memory import Array
from engine.kernels.sums import packet_sum


def _eight(name: str, function: Any) -> Part:
    def loop(x: Any, out: Any, n: Any) -> None:
        for i in range(0, n, 8):
            store(out, i, function(load(x, i, 8)))

    return part("ppi", f"{name}_of_eight")(loop)


def _one(name: str, function: Any) -> Part:
    def loop(x: Any, out: Any, n: Any) -> None:
        for i in range(n):
            store(out, i, function(load(x, i, 1)))

    return part("ppi", f"{name}_of_one")(loop)


_LOOPS: dict[tuple[str, int], Part] = {}
for _function in (
    elementary.exp, elementary.log, elementary.log1p, elementary.reciprocal, elementary.tanh,
    elementary.logistic, elementary.reciprocal_root,
    elementary.fused_exp, elementary.fused_logistic, elementary.fused_tanh,
):  # fmt: skip
    _LOOPS[_function.__name__, 8] = _eight(_function.__name__, _function)
    _LOOPS[_function.__name__, 1] = _one(_function.__name__, _function)


@compiled
def _run(loop: Any, x: Any, out: Any) -> None:
    call(loop, (pointer(x), pointer(out), x.size))


@compiled
def _fma(x: Any, y: Any, z: Any, out: Any) -> None:
    a, b, c, to = pointer(x), pointer(y), pointer(z), pointer(out)
    for i in range(x.size):
        store(to, i, fma_of_lanes(load(a, i, 1), load(b, i, 1), load(c, i, 1)))


@compiled
def _packet_sums(x: Any, n: Any, out: Any) -> None:
    start, to = pointer(x), pointer(out)
    for r in range(out.size):
        store(to, r, packet_sum(at(start, r * n), n))


@compiled
def _exchange(mode: Any) -> Any:
    return exchange_mode(mode)


def evaluate(name: str, width: int, x: Array) -> Array:
    """An elementary function of each number; `width` is 8 for packets, 1 for single numbers."""
    values = np.ascontiguousarray(x)
    out = np.empty_like(values)
    _run(_LOOPS[name, width].address(values.dtype.name), values.reshape(-1), out.reshape(-1))
    return out


def fma(x: Any, y: Any, z: Any) -> Array:
    """x·y + z, rounded once, of arrays that are broadcast."""
    a, b, c = (np.ascontiguousarray(values) for values in np.broadcast_arrays(x, y, z))
    out = np.empty_like(a)
    _fma(a.reshape(-1), b.reshape(-1), c.reshape(-1), out.reshape(-1))
    return out


def packet_sums(x: Array) -> Array:
    """Σ over the last axis in the order of :func:`engine.kernels.sums.packet_sum`."""
    values = np.ascontiguousarray(x)
    out = np.empty(values.shape[:-1], values.dtype)
    _packet_sums(values.reshape(-1), values.shape[-1], out.reshape(-1))
    return out


def column_sums(x: Array) -> Array:
    """Σ over the last but one axis in the order of :func:`engine.kernels.metrics.column_sum`."""
    rows, columns = x.shape[-2:]
    if columns == 1:
        return packet_sums(x[..., 0])[..., np.newaxis]
    taking_turns = columns // 8 * 8 if rows >= 16 else 0
    last = rows // 4 * 4
    first = [_in_order(x[..., k:last:4, :taking_turns]) for k in range(4)]
    total = ((first[0] + first[1]) + first[2]) + first[3]
    for row in range(last, rows):
        total = total + x[..., row, :taking_turns]
    return np.concatenate([total, _in_order(x[..., taking_turns:])], axis=-1)


def _in_order(x: Array) -> Array:
    total = np.zeros((*x.shape[:-2], x.shape[-1]), x.dtype)
    for row in range(x.shape[-2]):
        total = total + x[..., row, :]
    return total


def logarithms(x: Array, axes: int) -> Array:
    """Ln x of tensors that have so many axes, the last ones: packets of each, then its rest."""
    flat = np.ascontiguousarray(x).reshape(*x.shape[: x.ndim - axes], -1)
    whole = flat.shape[-1] // 8 * 8
    parts = [evaluate("log", 8, flat[..., :whole]), evaluate("log", 1, flat[..., whole:])]
    return np.concatenate(parts, axis=-1).reshape(x.shape)


@contextmanager
def flushing() -> Iterator[None]:
    """Let NumPy treat numbers below 1.2e-38 as kernels do: in this thread they become 0."""
    before = _exchange(np.uint32(FLUSHING))
    try:
        yield
    finally:
        _exchange(before)
