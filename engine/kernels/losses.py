"""Losses over a batch: which code stands for which form, and their loops.

Each form writes one value per row (before sample weights) and, when asked, the gradient with
respect to what it works on: the logits z, or the predictions p.
"""

from __future__ import annotations

from typing import Any

from engine.kernels.activations import row_maximum
from engine.kernels.compiler import inlined, piece
from engine.kernels.elementary import exp, log
from engine.kernels.lanes import at, fill, load, number, put, store
from engine.kernels.loops import over_one, over_two
from engine.kernels.sums import packet_sum
from engine.losses.binary_crossentropy import (
    d_from_logits,
    d_from_probabilities,
    from_logits,
    from_probabilities,
)
from engine.losses.categorical_crossentropy import (
    agreement,
    d_clipped,
    d_logit,
    inverse,
    surprise,
)
from engine.losses.mean_squared_error import d_squared, squared
from engine.losses.sparse_categorical_crossentropy import logit

BINARY_LOGITS, CATEGORICAL_LOGITS, SPARSE_LOGITS, SQUARED, BINARY, CATEGORICAL, SPARSE = range(7)

SOFTMAX_BLOCK = 4507
"""TensorFlow's softmax-crossentropy gradient works in blocks of ⌈4507/classes⌉ rows."""


def _elementwise(value: Any, slope: Any) -> Any:
    """Loops over all rows·units elements for a loss that is a mean over the units."""

    @inlined
    def loop(z, y, rows, units, scale, values, dz, elements, want_gradient):
        n = rows * units
        whole = n - n % 8
        one = fill(z, units, 1)
        out = values if units == 1 else elements
        for i in range(0, whole, 16):
            put(out, i, value(load(z, i, 16), load(y, i, 16)), whole - i, 16)
        for i in range(whole, n):
            store(out, i, value(load(z, i, 1), load(y, i, 1)))
        if units > 1:
            for i in range(rows):
                store(values, i, packet_sum(at(elements, i * units), units) / one)
        if want_gradient:
            for i in range(0, whole, 16):
                d = slope(load(z, i, 16), load(y, i, 16), load(scale, i, 16))
                put(dz, i, d, whole - i, 16)
            for i in range(whole, n):
                store(dz, i, slope(load(z, i, 1), load(y, i, 1), load(scale, i, 1)))

    return loop


_binary_logits = _elementwise(from_logits, d_from_logits)
_binary = _elementwise(from_probabilities, d_from_probabilities)
_squared = _elementwise(squared, d_squared)
_agreement = over_two(agreement, agreement)
_inverse = over_one(inverse, inverse)
_logit = over_one(logit, logit)


@inlined
def _shift(z: Any, m: Any, rows: Any, units: Any) -> None:
    """m = z − max z, row by row."""
    for i in range(rows):
        largest = number(row_maximum(at(z, i * units), units))
        for c in range(0, units, 16):
            k = i * units + c
            put(m, k, load(z, k, 16) - fill(z, largest, 16), units - c, 16)


@inlined
def _sum_of_exponentials(m: Any, e: Any, units: Any) -> Any:
    """S = Σ e^m of one row: packets and rest counted within the row."""
    whole = units - units % 8
    for c in range(0, whole, 8):
        store(e, c, exp(load(m, c, 8)))
    for c in range(whole, units):
        store(e, c, exp(load(m, c, 1)))
    return packet_sum(e, units)


@inlined
def _exponentials(m: Any, e: Any, rows: Any, units: Any) -> None:
    """e^m of all rows: packets and rest counted in blocks of whole rows."""
    block = (SOFTMAX_BLOCK + units - 1) // units
    for first in range(0, rows, block):
        n = min(block, rows - first) * units
        start = first * units
        whole = n - n % 8
        for i in range(0, whole, 16):
            put(e, start + i, exp(load(m, start + i, 16)), whole - i, 16)
        for i in range(whole, n):
            store(e, start + i, exp(load(m, start + i, 1)))


@inlined
def _categorical_logits(z, y, rows, units, scale, values, dz, elements, want_gradient):
    n = rows * units
    m, e, sums, logs = elements, at(elements, n), at(elements, 2 * n), at(elements, 2 * n + rows)
    _shift(z, m, rows, units)
    for i in range(rows):
        store(sums, i, _sum_of_exponentials(at(m, i * units), e, units))
    whole = rows - rows % 8
    for i in range(0, whole, 8):
        store(logs, i, log(load(sums, i, 8)))
    for i in range(whole, rows):
        store(logs, i, log(load(sums, i, 1)))
    for i in range(rows):
        log_sum = load(logs, i, 1)
        for c in range(units):
            k = i * units + c
            store(e, c, surprise(load(m, k, 1), log_sum, load(y, k, 1)))
        store(values, i, packet_sum(e, units))
    if want_gradient:
        _exponentials(m, e, rows, units)
        for i in range(rows):
            s, g = number(load(sums, i, 1)), number(load(scale, i, 1))
            for c in range(0, units, 16):
                k = i * units + c
                d = d_logit(load(e, k, 16), fill(z, s, 16), load(y, k, 16), fill(z, g, 16))
                put(dz, k, d, units - c, 16)


@inlined
def _sparse_logits(z, y, rows, units, scale, values, dz, elements, want_gradient):
    n = rows * units
    m, e, sums = elements, at(elements, n), at(elements, 2 * n)
    _shift(z, m, rows, units)
    for i in range(rows):
        s = _sum_of_exponentials(at(m, i * units), e, units)
        store(sums, i, s)
        label = int(number(load(y, i, 1)))
        store(values, i, log(s) - load(m, i * units + label, 1))
    if want_gradient:
        _exponentials(m, e, rows, units)
        for i in range(rows):
            s, g, label = load(sums, i, 1), load(scale, i, 1), int(number(load(y, i, 1)))
            for c in range(units):
                k = i * units + c
                hit = fill(z, 1.0 if c == label else 0.0, 1)
                store(dz, k, d_logit(load(e, k, 1), s, hit, g))


@inlined
def _categorical(p, y, rows, units, scale, values, dp, elements, want_gradient):
    n = rows * units
    q, terms, totals = elements, at(elements, n), at(elements, 2 * n)
    for i in range(rows):
        total = packet_sum(at(p, i * units), units)
        store(totals, i, total)
        for c in range(0, units, 16):
            k = i * units + c
            put(q, k, load(p, k, 16) / fill(p, number(total), 16), units - c, 16)
    _agreement(q, y, terms, n)
    for i in range(rows):
        store(values, i, -packet_sum(at(terms, i * units), units))
    if want_gradient:
        _inverse(q, dp, n)
        for i in range(rows):
            g = fill(p, number(load(scale, i, 1)), 16)
            divisor = fill(p, number(load(totals, i, 1)), 16)
            for c in range(0, units, 16):
                k = i * units + c
                dq = d_clipped(load(q, k, 16), load(dp, k, 16) * (load(y, k, 16) * -g))
                put(dp, k, dq, units - c, 16)
                put(terms, c, dq * (-load(p, k, 16) / divisor / divisor), units - c, 16)
            along = fill(p, number(packet_sum(terms, units)), 16)
            for c in range(0, units, 16):
                k = i * units + c
                put(dp, k, along + load(dp, k, 16) / divisor, units - c, 16)


@inlined
def _sparse(p, y, rows, units, scale, values, dp, elements, want_gradient):
    n = rows * units
    z = at(elements, 2 * n + 2 * rows)
    _logit(p, z, n)
    _sparse_logits(z, y, rows, units, scale, values, dp, elements, want_gradient)
    if want_gradient:
        _inverse(p, z, n)
        for i in range(n):
            store(dp, i, d_clipped(load(p, i, 1), load(z, i, 1) * load(dp, i, 1)))


@inlined
def elements_needed(rows: Any, units: Any) -> Any:
    """How many numbers of scratch a loss may use."""
    return 3 * rows * units + 2 * rows + 16


@piece
def evaluate(form, z, y, rows, units, scale, values, dz, elements, want_gradient):
    """Write values[0:rows], and `dz` when `want_gradient`, of the loss whose code is `form`."""
    if form == BINARY_LOGITS:
        _binary_logits(z, y, rows, units, scale, values, dz, elements, want_gradient)
    elif form == CATEGORICAL_LOGITS:
        _categorical_logits(z, y, rows, units, scale, values, dz, elements, want_gradient)
    elif form == SPARSE_LOGITS:
        _sparse_logits(z, y, rows, units, scale, values, dz, elements, want_gradient)
    elif form == SQUARED:
        _squared(z, y, rows, units, scale, values, dz, elements, want_gradient)
    elif form == BINARY:
        _binary(z, y, rows, units, scale, values, dz, elements, want_gradient)
    elif form == CATEGORICAL:
        _categorical(z, y, rows, units, scale, values, dz, elements, want_gradient)
    else:
        _sparse(z, y, rows, units, scale, values, dz, elements, want_gradient)


@inlined
def fill_scale(form, scale, weights, weighted, even, rows, units) -> None:
    """The gradient of the mean: 1/rows, times the sample weight, divided by the units.

    `even` says that TensorFlow knows the shape of the batches: it then multiplies a weighted
    gradient by 1/units instead of dividing it.
    """
    g = 1.0 / fill(scale, rows, 1)
    of_row = form in (CATEGORICAL_LOGITS, SPARSE_LOGITS, CATEGORICAL, SPARSE) or units == 1
    if of_row:
        for i in range(rows):
            store(scale, i, g * load(weights, i, 1) if weighted else g)
    else:
        count = fill(scale, units, 1)
        share = 1.0 / count
        for i in range(rows):
            s = g / count
            if weighted:
                s = g * load(weights, i, 1)
                s = s * share if even else s / count
            for c in range(units):
                store(scale, i * units + c, s)
