"""The optimizers' formulas over all parameters at once."""

from __future__ import annotations

from engine.kernels.compiler import inlined
from engine.kernels.lanes import broadcast, load, store
from engine.optimizers.adam import blend, largest_yet, move
from engine.optimizers.sgd import descend, gather_momentum, look_ahead

SGD, MOMENTUM, NESTEROV, ADAM, AMSGRAD = range(5)


@inlined
def update(code, w, g, slot_1, slot_2, slot_3, rate, hyper, n) -> None:
    """One step of the optimizer whose code is `code`, on w[0:n] with the gradients g[0:n].

    The arrays end in padding, so the last register needs no special case.
    """
    alpha = broadcast(rate, 0, 16)
    if code == SGD:
        for i in range(0, n, 16):
            store(w, i, descend(load(w, i, 16), load(g, i, 16), alpha))
    elif code == MOMENTUM or code == NESTEROV:
        mu = broadcast(hyper, 0, 16)
        for i in range(0, n, 16):
            m = gather_momentum(load(slot_1, i, 16), load(g, i, 16), alpha, mu)
            store(slot_1, i, m)
            if code == MOMENTUM:
                store(w, i, load(w, i, 16) + m)
            else:
                store(w, i, look_ahead(load(w, i, 16), m, load(g, i, 16), alpha, mu))
    else:
        share_1, share_2 = broadcast(hyper, 0, 16), broadcast(hyper, 1, 16)
        epsilon = broadcast(hyper, 2, 16)
        for i in range(0, n, 16):
            gradient = load(g, i, 16)
            m = blend(load(slot_1, i, 16), gradient, share_1)
            v = blend(load(slot_2, i, 16), gradient * gradient, share_2)
            store(slot_1, i, m)
            store(slot_2, i, v)
            if code == AMSGRAD:
                v = largest_yet(load(slot_3, i, 16), v)
                store(slot_3, i, v)
            store(w, i, move(load(w, i, 16), m, v, alpha, epsilon))
