"""Penalties on activations and on weights: their part of the loss and of the gradients.

    loss = Σ (loss, penalty, penalty …)          the packet sum of this list
    dW   = dW + (sign(W)·l1 + (W·2)·l2)
    da   = da + (sign(a)·(g·l1) + (a·2)·(g·l2))      g = 1/rows

The penalty on activations is that of the whole batch, divided by its rows.  First come the layers
whose activations have a regularizer, then the trained weights that have one, each in the model's
order and with two factors.  The classes of :mod:`engine.regularizers` are the readable statement.
"""

from __future__ import annotations

from typing import Any

from engine.kernels import fields
from engine.kernels.compiler import inlined
from engine.kernels.instructions import instruction, integer, place
from engine.kernels.lanes import broadcast, fill, load, put, store
from engine.kernels.losses import add_to_sums
from engine.kernels.sums import long_sum
from engine.regularizers.l1 import d_absolute
from engine.regularizers.l2 import d_square

ABSOLUTE, SQUARED, BOTH = 1, 2, 3
"""Which sums are formed, as bits."""


def sums_of(factors: tuple[float | None, float | None]) -> int:
    """Those of a regularizer with these factors l1 and l2."""
    l1, l2 = factors
    return (l1 is not None) * ABSOLUTE + (l2 is not None) * SQUARED


@inlined
def _penalty(frame: Any, p: Any, n: Any, terms: Any, factors: Any, sums: Any, like: Any) -> Any:
    """l1·Σ|p| + l2·Σ p² of n numbers; absolute values and squares are written to `terms`."""
    threads, result = integer(frame, fields.THREADS), fill(like, 0.0, 1)
    if sums & ABSOLUTE:
        for i in range(0, n, 16):
            store(terms, i, abs(load(p, i, 16)))
        result = result + load(factors, 0, 1) * long_sum(terms, n, threads)
    if sums & SQUARED:
        for i in range(0, n, 16):
            x = load(p, i, 16)
            store(terms, i, x * x)
        result = result + load(factors, 1, 1) * long_sum(terms, n, threads)
    return result


@instruction()
def penalty(frame: Any, a: Any, rows: Any, like: Any) -> None:
    """Work out a weight's penalty, which goes behind the factors.

    Numbers: place and size of the weight, which sums are formed, place of its two factors, where
    its penalty goes.
    """
    p, n = place(frame, fields.WEIGHTS, integer(a, 0), like), integer(a, 1)
    factors = place(frame, fields.FACTORS, integer(a, 3), like)
    # The terms stand where the gradients will.
    terms = place(frame, fields.GRADIENTS, 0, like)
    result = _penalty(frame, p, n, terms, factors, integer(a, 2), like)
    store(place(frame, fields.FACTORS, integer(a, 4), like), 0, result)


@instruction()
def activity(frame: Any, a: Any, rows: Any, like: Any) -> None:
    """Work out the penalty on a layer's activations.

    Numbers: their place among the outputs, units; the others as those of a weight's penalty.
    """
    p, n = place(frame, fields.OUTPUTS, integer(a, 0), like), rows * integer(a, 1)
    factors = place(frame, fields.FACTORS, integer(a, 3), like)
    # The terms stand where the layer's gradients will: behind those of the loss.
    terms = place(frame, fields.DELTAS, integer(a, 5), like)
    result = _penalty(frame, p, n, terms, factors, integer(a, 2), like) / fill(like, rows, 1)
    store(place(frame, fields.FACTORS, integer(a, 4), like), 0, result)


@instruction()
def joined(frame: Any, a: Any, rows: Any, like: Any) -> None:
    """The loss with all penalties.

    Numbers: where among the sums the loss is and goes, where the list of loss and penalties is
    among the factors, how many penalties there are.
    """
    sums, p = place(frame, fields.SUMS, 0, like), integer(a, 0)
    terms = place(frame, fields.FACTORS, integer(a, 1), like)
    store(terms, 0, load(sums, p, 1))
    loss = long_sum(terms, integer(a, 2) + 1, integer(frame, fields.THREADS))
    add_to_sums(sums, p, loss, rows)


@inlined
def _slope(sums: Any, w: Any, l1: Any, l2: Any) -> Any:
    if sums == SQUARED:
        return d_square(w, l2)
    if sums == ABSOLUTE:
        return d_absolute(w, l1)
    return d_absolute(w, l1) + d_square(w, l2)


@instruction()
def d_penalty(frame: Any, a: Any, rows: Any, like: Any) -> None:
    """Add a weight's penalty's gradient to that of the loss.  Numbers: as those of the penalty."""
    p, n = place(frame, fields.WEIGHTS, integer(a, 0), like), integer(a, 1)
    d, f = place(frame, fields.GRADIENTS, integer(a, 0), like), integer(a, 3)
    factors, sums = place(frame, fields.FACTORS, f, like), integer(a, 2)
    if sums == 0:
        return
    whole = n - n % 16
    l1, l2 = broadcast(factors, 0, 16), broadcast(factors, 1, 16)
    for i in range(0, whole, 16):
        store(d, i, load(d, i, 16) + _slope(sums, load(p, i, 16), l1, l2))
    c, e = load(factors, 0, 1), load(factors, 1, 1)
    for i in range(whole, n):  # the next weight's gradient stands right behind
        store(d, i, load(d, i, 1) + _slope(sums, load(p, i, 1), c, e))


ADDED, ALONE, FROM_BEHIND_FIRST = 0, 1, 2
"""What becomes of da: da + slope; slope; (da + of |a|) + of a², as
:mod:`engine.kernels.three_gradients` says."""


@instruction()
def d_activity(frame: Any, a: Any, rows: Any, like: Any) -> None:
    """Add the gradient of the penalty on a layer's activations to that of the loss.

    Numbers: places of a among the outputs and of da among the deltas, units, which sums, place of
    the two factors, and ADDED, ALONE or FROM_BEHIND_FIRST.
    """
    p, n = place(frame, fields.OUTPUTS, integer(a, 0), like), rows * integer(a, 2)
    d = place(frame, fields.DELTAS, integer(a, 1), like)
    factors, sums = place(frame, fields.FACTORS, integer(a, 4), like), integer(a, 3)
    g = 1.0 / fill(like, rows, 16)
    l1, l2 = g * broadcast(factors, 0, 16), g * broadcast(factors, 1, 16)
    order = integer(a, 5)
    for i in range(0, n, 16):
        x = load(p, i, 16)
        if order == ALONE:
            total = _slope(sums, x, l1, l2)
        elif order == FROM_BEHIND_FIRST:
            total = (load(d, i, 16) + d_absolute(x, l1)) + d_square(x, l2)
        else:
            total = load(d, i, 16) + _slope(sums, x, l1, l2)
        put(d, i, total, n - i, 16)


@instruction()
def join(frame: Any, a: Any, rows: Any, like: Any) -> None:
    """Add one gradient to another.  Numbers: places of both among the deltas, units."""
    d, n = place(frame, fields.DELTAS, integer(a, 0), like), rows * integer(a, 2)
    to = place(frame, fields.DELTAS, integer(a, 1), like)
    for i in range(0, n, 16):
        put(to, i, load(to, i, 16) + load(d, i, 16), n - i, 16)
