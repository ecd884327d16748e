"""Penalties on weights: their part of the loss and of the gradients.

    loss = Σ (loss, penalty, penalty …)          the packet sum of this list
    dW   = dW + (sign(W)·l1 + (W·2)·l2)

Every weight with a regularizer has a row in a table and two factors, in the order of the model's
weights; a model without regularizers has an empty table.  The classes of
:mod:`engine.regularizers` are the readable statement.
"""

from __future__ import annotations

from typing import Any

from engine.kernels.compiler import inlined, piece
from engine.kernels.lanes import at, broadcast, fill, load, pointer, store
from engine.kernels.sums import long_sum
from engine.regularizers.l1 import d_absolute
from engine.regularizers.l2 import d_square

# table[r, ·]: the weight's place in the parameters, how many numbers it has, which sums are formed
PLACE, SIZE, SUMS, TABLE_COLUMNS = range(4)
ABSOLUTE, SQUARED = 1, 2  # bits of SUMS

ROOM = 16
"""What the factors need behind them, beside a number for the loss and one for each penalty."""


@piece
def add_to_loss(table, factors, w, scratch, threads) -> None:
    """Add all penalties on the weights w to the loss, which stands behind the factors.

    Squares and absolute values are written into `scratch`, which is as large as w.
    """
    rows = table.shape[0]
    f = pointer(factors)
    terms = at(f, 2 * rows)
    for r in range(rows):
        p, n, sums = at(w, table[r, PLACE]), table[r, SIZE], table[r, SUMS]
        penalty = fill(f, 0.0, 1)
        if sums & ABSOLUTE:
            for i in range(0, n, 16):
                store(scratch, i, abs(load(p, i, 16)))
            penalty = penalty + load(f, 2 * r, 1) * long_sum(scratch, n, threads)
        if sums & SQUARED:
            for i in range(0, n, 16):
                x = load(p, i, 16)
                store(scratch, i, x * x)
            penalty = penalty + load(f, 2 * r + 1, 1) * long_sum(scratch, n, threads)
        store(terms, r + 1, penalty)
    store(terms, 0, long_sum(terms, rows + 1, threads))


@inlined
def _slope(sums: Any, w: Any, l1: Any, l2: Any) -> Any:
    if sums == SQUARED:
        return d_square(w, l2)
    if sums == ABSOLUTE:
        return d_absolute(w, l1)
    return d_absolute(w, l1) + d_square(w, l2)


@piece
def add_to_gradients(table, factors, w, g) -> None:
    """Add the penalties' gradients to those of the loss."""
    f = pointer(factors)
    for r in range(table.shape[0]):
        p, d = at(w, table[r, PLACE]), at(g, table[r, PLACE])
        n, sums = table[r, SIZE], table[r, SUMS]
        if sums == 0:
            continue
        whole = n - n % 16
        a, b = broadcast(f, 2 * r, 16), broadcast(f, 2 * r + 1, 16)
        for i in range(0, whole, 16):
            store(d, i, load(d, i, 16) + _slope(sums, load(p, i, 16), a, b))
        c, e = load(f, 2 * r, 1), load(f, 2 * r + 1, 1)
        for i in range(whole, n):  # the next weight's gradient stands right behind
            store(d, i, load(d, i, 1) + _slope(sums, load(p, i, 1), c, e))
