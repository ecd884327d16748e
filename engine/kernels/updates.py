"""The optimizers' formulas over a stretch of parameters.

Each optimizer has two instructions:

    update: where the stretch begins, how many numbers it has
    update_exactly: the same, then the frame's field and the place of the gradients

(An optimizer that treats the end of a weight in another way has the second only.)
The first also changes what lies behind the stretch in the last register, which must be padding.
The second leaves it alone, and takes the gradients from anywhere: it is for parts of the weights.
"""

from __future__ import annotations

from typing import Any

from engine.kernels import fields
from engine.kernels.compiler import Part, inlined
from engine.kernels.instructions import instruction, integer, place
from engine.kernels.lanes import broadcast, load, put, store
from engine.optimizers.adam import blend, largest_yet, move
from engine.optimizers.rmsprop import (
    centered_increment,
    gather_increments,
    increment,
    running_mean,
)
from engine.optimizers.sgd import descend, gather_momentum, look_ahead

SGD, MOMENTUM, NESTEROV, ADAM, AMSGRAD = range(5)
DESCENTS = SGD, MOMENTUM, NESTEROV
"""Those that multiply the gradient by the rate and do nothing else with it."""
RMSPROP = 5
"""Then with momentum (+ 1) and centered (+ 2)."""


@inlined
def _sgd(tensors: Any, numbers: Any, i: Any, left: Any) -> None:
    w, gradients, _, _, _ = tensors
    alpha, _, _, _, _ = numbers
    put(w, i, descend(load(w, i, 16), load(gradients, i, 16), alpha), left, 16)


@inlined
def _momentum(tensors: Any, numbers: Any, i: Any, left: Any) -> None:
    w, gradients, slot, _, _ = tensors
    alpha, mu, _, _, _ = numbers
    m = gather_momentum(load(slot, i, 16), load(gradients, i, 16), alpha, mu)
    put(slot, i, m, left, 16)
    put(w, i, load(w, i, 16) + m, left, 16)


@inlined
def _nesterov(tensors: Any, numbers: Any, i: Any, left: Any) -> None:
    w, gradients, slot, _, _ = tensors
    alpha, mu, _, _, _ = numbers
    g = load(gradients, i, 16)
    m = gather_momentum(load(slot, i, 16), g, alpha, mu)
    put(slot, i, m, left, 16)
    put(w, i, look_ahead(load(w, i, 16), m, g, alpha, mu), left, 16)


@inlined
def _averages(tensors: Any, numbers: Any, i: Any, left: Any) -> Any:
    """The new m and v of sixteen parameters."""
    _, gradients, slot_1, slot_2, _ = tensors
    _, share_1, share_2, _, _ = numbers
    g = load(gradients, i, 16)
    m = blend(load(slot_1, i, 16), g, share_1)
    v = blend(load(slot_2, i, 16), g * g, share_2)
    put(slot_1, i, m, left, 16)
    put(slot_2, i, v, left, 16)
    return m, v


@inlined
def _adam(tensors: Any, numbers: Any, i: Any, left: Any) -> None:
    w, _, _, _, _ = tensors
    alpha, _, _, epsilon, _ = numbers
    m, v = _averages(tensors, numbers, i, left)
    put(w, i, move(load(w, i, 16), m, v, alpha, epsilon), left, 16)


@inlined
def _amsgrad(tensors: Any, numbers: Any, i: Any, left: Any) -> None:
    w, _, _, _, slot_3 = tensors
    alpha, _, _, epsilon, _ = numbers
    m, v = _averages(tensors, numbers, i, left)
    v_hat = largest_yet(load(slot_3, i, 16), v)
    put(slot_3, i, v_hat, left, 16)
    put(w, i, move(load(w, i, 16), m, v_hat, alpha, epsilon), left, 16)


@inlined
def _mean_square(tensors: Any, numbers: Any, i: Any, width: Any) -> Any:
    """The gradients and the new v of `width` parameters."""
    _, gradients, slot_1, _, _ = tensors
    _, rho, share, _, _ = numbers
    g = load(gradients, i, width)
    v = running_mean(load(slot_1, i, width), g * g, rho, share)
    store(slot_1, i, v)
    return g, v


@inlined
def _centered(tensors: Any, numbers: Any, i: Any, slot: Any, width: Any) -> Any:
    """The increments of `width` parameters; the running mean of the gradients is in `slot`."""
    g, v = _mean_square(tensors, numbers, i, width)
    alpha, rho, share, epsilon, _ = numbers
    average = running_mean(load(slot, i, width), g, rho, share)
    store(slot, i, average)
    return centered_increment(g, v, average, alpha, epsilon)


@inlined
def _go_on(tensors: Any, numbers: Any, i: Any, delta: Any, width: Any) -> None:
    """Move `width` parameters with momentum."""
    w, _, _, slot_2, _ = tensors
    _, _, _, _, mu = numbers
    m = gather_increments(load(slot_2, i, width), delta, mu)
    store(slot_2, i, m)
    store(w, i, load(w, i, width) - m)


@inlined
def _rmsprop(tensors: Any, numbers: Any, i: Any, width: Any) -> None:
    g, v = _mean_square(tensors, numbers, i, width)
    alpha, _, _, epsilon, _ = numbers
    w, _, _, _, _ = tensors
    store(w, i, load(w, i, width) - increment(g, v, alpha, epsilon))


@inlined
def _rmsprop_momentum(tensors: Any, numbers: Any, i: Any, width: Any) -> None:
    g, v = _mean_square(tensors, numbers, i, width)
    alpha, _, _, epsilon, _ = numbers
    _go_on(tensors, numbers, i, increment(g, v, alpha, epsilon), width)


@inlined
def _rmsprop_centered(tensors: Any, numbers: Any, i: Any, width: Any) -> None:
    w, _, _, slot_2, _ = tensors
    delta = _centered(tensors, numbers, i, slot_2, width)
    store(w, i, load(w, i, width) - delta)


@inlined
def _rmsprop_centered_momentum(tensors: Any, numbers: Any, i: Any, width: Any) -> None:
    _, _, _, _, slot_3 = tensors
    _go_on(tensors, numbers, i, _centered(tensors, numbers, i, slot_3, width), width)


@inlined
def _tensors(frame: Any, start: Any, gradients: Any, like: Any) -> Any:
    return (
        place(frame, fields.WEIGHTS, start, like),
        gradients,
        place(frame, fields.SLOT_1, start, like),
        place(frame, fields.SLOT_2, start, like),
        place(frame, fields.SLOT_3, start, like),
    )


@inlined
def _numbers(frame: Any, like: Any, width: Any) -> Any:
    """The size of the step and what else the formula needs, each in all lanes."""
    rate, hyper = place(frame, fields.RATE, 0, like), place(frame, fields.HYPER, 0, like)
    return (
        broadcast(rate, 0, width),
        broadcast(hyper, 0, width),
        broadcast(hyper, 1, width),
        broadcast(hyper, 2, width),
        broadcast(hyper, 3, width),
    )


def _parts(name: str, sixteen: Any) -> tuple[Part, Part]:
    """Both instructions of an optimizer that moves `sixteen` parameters, or those `left`."""

    def update(frame: Any, a: Any, rows: Any, like: Any) -> None:
        start = integer(a, 0)
        tensors = _tensors(frame, start, place(frame, fields.GRADIENTS, start, like), like)
        numbers = _numbers(frame, like, 16)
        for i in range(0, integer(a, 1), 16):
            sixteen(tensors, numbers, i, 16)

    def exactly(frame: Any, a: Any, rows: Any, like: Any) -> None:
        gradients = place(frame, integer(a, 2), integer(a, 3), like)
        tensors = _tensors(frame, integer(a, 0), gradients, like)
        numbers, n = _numbers(frame, like, 16), integer(a, 1)
        whole = n - n % 16
        for i in range(0, whole, 16):
            sixteen(tensors, numbers, i, 16)
        if whole < n:
            sixteen(tensors, numbers, whole, n - whole)

    return instruction(name)(update), instruction(f"{name}_exactly")(exactly)


def _part_by_weight(name: str, some: Any) -> tuple[Part, Part]:
    """The instruction of an optimizer with a function that TensorFlow evaluates by packets.

    The stretch is one weight: the first 8·⌊n/8⌋ numbers go in registers, the rest one by one.
    """

    def exactly(frame: Any, a: Any, rows: Any, like: Any) -> None:
        gradients = place(frame, integer(a, 2), integer(a, 3), like)
        tensors = _tensors(frame, integer(a, 0), gradients, like)
        n = integer(a, 1)
        whole = n - n % 8
        numbers = _numbers(frame, like, 8)
        for i in range(0, whole, 8):
            some(tensors, numbers, i, 8)
        single = _numbers(frame, like, 1)
        for i in range(whole, n):
            some(tensors, single, i, 1)

    made = instruction(f"{name}_exactly")(exactly)
    return made, made


PARTS = [
    _parts("sgd", _sgd),
    _parts("momentum", _momentum),
    _parts("nesterov", _nesterov),
    _parts("adam", _adam),
    _parts("amsgrad", _amsgrad),
    _part_by_weight("rmsprop", _rmsprop),
    _part_by_weight("rmsprop_momentum", _rmsprop_momentum),
    _part_by_weight("rmsprop_centered", _rmsprop_centered),
    _part_by_weight("rmsprop_centered_momentum", _rmsprop_centered_momentum),
]
"""The update of each code, and the one that stops exactly at the end."""

BY_WEIGHT = range(RMSPROP, len(PARTS))
"""The codes of those whose stretch has to be one weight."""
