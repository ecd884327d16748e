"""Penalties on weights: their part of the loss and of the gradients.

    loss = Σ (loss, penalty, penalty …)          the packet sum of this list
    dW   = dW + (sign(W)·l1 + (W·2)·l2)

Every weight with a regularizer has two factors, in the order of the model's weights.  The classes
of :mod:`engine.regularizers` are the readable statement.
"""

from __future__ import annotations

from typing import Any

from engine.kernels import fields
from engine.kernels.compiler import inlined
from engine.kernels.instructions import instruction, integer, place
from engine.kernels.lanes import broadcast, fill, load, store
from engine.kernels.losses import add_to_sums, mean_of_rows
from engine.kernels.sums import long_sum
from engine.regularizers.l1 import d_absolute
from engine.regularizers.l2 import d_square

ABSOLUTE, SQUARED = 1, 2
"""Which sums are formed, as bits."""


@instruction()
def penalty(frame: Any, a: Any, rows: Any, like: Any) -> None:
    """Work out a weight's penalty, which goes behind the factors.

    Numbers: place and size of the weight, which sums are formed, place of its two factors, where
    its penalty goes.
    """
    p, n = place(frame, fields.WEIGHTS, integer(a, 0), like), integer(a, 1)
    factors = place(frame, fields.FACTORS, integer(a, 3), like)
    # Squares and absolute values are written where the gradients will stand.
    terms, threads = place(frame, fields.GRADIENTS, 0, like), integer(frame, fields.THREADS)
    sums, result = integer(a, 2), fill(like, 0.0, 1)
    if sums & ABSOLUTE:
        for i in range(0, n, 16):
            store(terms, i, abs(load(p, i, 16)))
        result = result + load(factors, 0, 1) * long_sum(terms, n, threads)
    if sums & SQUARED:
        for i in range(0, n, 16):
            x = load(p, i, 16)
            store(terms, i, x * x)
        result = result + load(factors, 1, 1) * long_sum(terms, n, threads)
    store(place(frame, fields.FACTORS, integer(a, 4), like), 0, result)


@instruction()
def penalized_mean(frame: Any, a: Any, rows: Any, like: Any) -> None:
    """As :func:`engine.kernels.losses.mean`, with the penalties.

    Numbers: where among the sums the batch's loss goes, where the list of loss and penalties is
    among the factors, how many penalties there are.
    """
    sums, terms = (
        place(frame, fields.SUMS, 0, like),
        place(frame, fields.FACTORS, integer(a, 1), like),
    )
    store(terms, 0, mean_of_rows(frame, sums, rows, like))
    loss = long_sum(terms, integer(a, 2) + 1, integer(frame, fields.THREADS))
    add_to_sums(sums, integer(a, 0), loss, rows)


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
