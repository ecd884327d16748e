"""Formulas on NumPy arrays with the bits that kernels give: what a kernel does, line by line.

A kernel takes the first 8·⌊n/8⌋ elements of a tensor in packets and the rest one by one
(:mod:`engine.kernels.loops`).  :func:`elementwise` does the same with arrays: they are marked as
packets or as single numbers, and wherever a formula says exp, log … the function of
:mod:`engine.kernels.elementary` looks at the mark and calls the kernels' own for it.  All else is
arithmetic that NumPy rounds as the processor does.  Numbers below 1.2e-38 are 0 in a kernel: see
:func:`engine.kernels.on_arrays.flushing`.

>>> from engine.kernels.elementary import exp
>>> x = np.linspace(-1, 1, 9, dtype="float32")
>>> bool(np.abs(elementwise(exp, x) - np.exp(x)).max() < 5e-7)
True
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from engine.kernels.memory import Array

Formula = Callable[..., Any]


class Marked(np.ndarray[Any, Any]):
    """Numbers that a formula is interpreted on."""

    width = 1
    """How many of them a kernel takes at a time."""

    def evaluated(self, name: str) -> Marked:
        """The kernels' function of that name for each of the numbers."""
        from engine.kernels.on_arrays import evaluate

        return evaluate(name, self.width, self.view(np.ndarray)).view(type(self))


class Single(Marked):
    """Numbers that a kernel takes one at a time."""


class Packets(Marked):
    """Numbers that a kernel takes eight at a time; their count is a multiple of eight."""

    width = 8


def _marked(mark: type[Marked], formula: Formula, arrays: tuple[Array, ...]) -> Array:
    result: Array = formula(*(values.view(mark) for values in arrays)).view(np.ndarray)
    return result


def one_by_one(formula: Formula, *arrays: Array) -> Array:
    """`formula` of the elements of arrays of one shape, all of them single numbers."""
    return _marked(Single, formula, arrays)


def elementwise(formula: Formula, *arrays: Array, rest: Formula | None = None) -> Array:
    """`formula` of the elements of arrays of one shape: packets, then single numbers.

    `rest` is the formula of the single numbers, if it is another one.
    """
    flat = [np.ascontiguousarray(values).reshape(-1) for values in arrays]
    whole = flat[0].size // 8 * 8
    packets = _marked(Packets, formula, tuple(values[:whole] for values in flat))
    single = one_by_one(rest or formula, *(values[whole:] for values in flat))
    return np.concatenate([packets, single]).reshape(arrays[0].shape)
