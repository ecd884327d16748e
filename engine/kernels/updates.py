"""The optimizers' formulas over a stretch of parameters.

    update: where the stretch begins, how many numbers it has

The buffers end in padding, so the last register needs no special case.
"""

from __future__ import annotations

from typing import Any

from engine.kernels import fields
from engine.kernels.compiler import inlined
from engine.kernels.instructions import instruction, integer, place
from engine.kernels.lanes import broadcast, load, store
from engine.optimizers.adam import blend, largest_yet, move
from engine.optimizers.sgd import descend, gather_momentum, look_ahead

SGD, MOMENTUM, NESTEROV, ADAM, AMSGRAD = range(5)


@inlined
def _taken(frame: Any, a: Any, like: Any) -> Any:
    """w, g, the size of the step and the other numbers of the formula."""
    w = place(frame, fields.WEIGHTS, integer(a, 0), like)
    g = place(frame, fields.GRADIENTS, integer(a, 0), like)
    return w, g, place(frame, fields.RATE, 0, like), place(frame, fields.HYPER, 0, like)


@instruction()
def sgd(frame: Any, a: Any, rows: Any, like: Any) -> None:
    """Plain descent."""
    w, g, rate, _ = _taken(frame, a, like)
    alpha = broadcast(rate, 0, 16)
    for i in range(0, integer(a, 1), 16):
        store(w, i, descend(load(w, i, 16), load(g, i, 16), alpha))


@instruction()
def momentum(frame: Any, a: Any, rows: Any, like: Any) -> None:
    """Descent with momentum."""
    w, g, rate, hyper = _taken(frame, a, like)
    slot_1 = place(frame, fields.SLOT_1, integer(a, 0), like)
    alpha, mu = broadcast(rate, 0, 16), broadcast(hyper, 0, 16)
    for i in range(0, integer(a, 1), 16):
        m = gather_momentum(load(slot_1, i, 16), load(g, i, 16), alpha, mu)
        store(slot_1, i, m)
        store(w, i, load(w, i, 16) + m)


@instruction()
def nesterov(frame: Any, a: Any, rows: Any, like: Any) -> None:
    """Descent with Nesterov's momentum."""
    w, g, rate, hyper = _taken(frame, a, like)
    slot_1 = place(frame, fields.SLOT_1, integer(a, 0), like)
    alpha, mu = broadcast(rate, 0, 16), broadcast(hyper, 0, 16)
    for i in range(0, integer(a, 1), 16):
        gradient = load(g, i, 16)
        m = gather_momentum(load(slot_1, i, 16), gradient, alpha, mu)
        store(slot_1, i, m)
        store(w, i, look_ahead(load(w, i, 16), m, gradient, alpha, mu))


@inlined
def _averages(frame: Any, a: Any, gradient: Any, i: Any, like: Any) -> Any:
    """The new m and v of sixteen parameters."""
    slot_1 = place(frame, fields.SLOT_1, integer(a, 0), like)
    slot_2 = place(frame, fields.SLOT_2, integer(a, 0), like)
    hyper = place(frame, fields.HYPER, 0, like)
    m = blend(load(slot_1, i, 16), gradient, broadcast(hyper, 0, 16))
    v = blend(load(slot_2, i, 16), gradient * gradient, broadcast(hyper, 1, 16))
    store(slot_1, i, m)
    store(slot_2, i, v)
    return m, v


@instruction()
def adam(frame: Any, a: Any, rows: Any, like: Any) -> None:
    """Adam."""
    w, g, rate, hyper = _taken(frame, a, like)
    alpha, epsilon = broadcast(rate, 0, 16), broadcast(hyper, 2, 16)
    for i in range(0, integer(a, 1), 16):
        m, v = _averages(frame, a, load(g, i, 16), i, like)
        store(w, i, move(load(w, i, 16), m, v, alpha, epsilon))


@instruction()
def amsgrad(frame: Any, a: Any, rows: Any, like: Any) -> None:
    """Adam whose v̂ never shrinks."""
    w, g, rate, hyper = _taken(frame, a, like)
    slot_3 = place(frame, fields.SLOT_3, integer(a, 0), like)
    alpha, epsilon = broadcast(rate, 0, 16), broadcast(hyper, 2, 16)
    for i in range(0, integer(a, 1), 16):
        m, v = _averages(frame, a, load(g, i, 16), i, like)
        v_hat = largest_yet(load(slot_3, i, 16), v)
        store(slot_3, i, v_hat)
        store(w, i, move(load(w, i, 16), m, v_hat, alpha, epsilon))


PARTS = [sgd, momentum, nesterov, adam, amsgrad]
"""The update of each code."""
