"""Metrics over a batch: which code stands for which metric, and their sums."""

from __future__ import annotations

from typing import Any

from engine.kernels import losses
from engine.kernels.compiler import inlined
from engine.kernels.lanes import at, fill, load, number, store
from engine.kernels.sums import long_sum

BINARY_ACCURACY, CATEGORICAL_ACCURACY, SPARSE_ACCURACY, LOSS = range(4)
"""A loss used as a metric has the code LOSS + its form."""


@inlined
def _largest(p: Any, units: Any) -> Any:
    """The index of the first largest of p[0:units]."""
    best = 0
    for c in range(1, units):
        if number(load(p, c, 1)) > number(load(p, best, 1)):
            best = c
    return best


@inlined
def evaluate(code, threshold, p, z, y, rows, units, scale, values, elements, threads) -> Any:
    """Σ over the rows of the metric whose code is `code`.

    `p` are the predictions, `z` what a crossentropy on logits works on, `y` the labels.
    """
    if code == BINARY_ACCURACY:
        for i in range(rows):
            hits = 0.0
            for c in range(units):
                k = i * units + c
                said_yes = number(load(p, k, 1)) > threshold
                if number(load(y, k, 1)) == (1.0 if said_yes else 0.0):
                    hits += 1.0
            store(values, i, fill(p, hits, 1) / fill(p, units, 1))
    elif code == CATEGORICAL_ACCURACY:
        for i in range(rows):
            k = i * units
            hit = _largest(at(p, k), units) == _largest(at(y, k), units)
            store(values, i, fill(p, 1.0 if hit else 0.0, 1))
    elif code == SPARSE_ACCURACY:
        for i in range(rows):
            hit = _largest(at(p, i * units), units) == int(number(load(y, i, 1)))
            store(values, i, fill(p, 1.0 if hit else 0.0, 1))
    else:
        form = code - LOSS
        source = z if form <= losses.SPARSE_LOGITS else p
        losses.evaluate(form, source, y, rows, units, scale, values, values, elements, False)
    return long_sum(values, rows, threads)
