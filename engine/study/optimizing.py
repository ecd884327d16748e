"""What an optimizer does with the gradients of a step, with the bits of the kernels.

    clipping     g ← shorter g                     :mod:`engine.optimizers.clipping`
    decay        w ← w − w·(λ·α)                   :mod:`engine.optimizers.decay`
    update       w ← w + what the optimizer adds   :mod:`engine.optimizers.sgd`, adam, rmsprop
    average      ŵ ← μ·ŵ + (1 − μ)·w               :mod:`engine.optimizers.moving_average`

in this order, each for all trained weights.  Here stands what a kernel does around the formulas: in
which order squares are added, which numbers share a packet, and that global_clipnorm makes the rate
of a plain descent shorter instead of its gradients, as TensorFlow's graph does.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from engine.kernels.interpreted import elementwise
from engine.kernels.machine import processors
from engine.kernels.memory import Array
from engine.optimizers import SGD, Adam, AdamW, Optimizer, RMSprop
from engine.optimizers.adam import blend, largest_yet, stride
from engine.optimizers.clipping import clipped_norm, clipped_value, global_scale, norm
from engine.optimizers.decay import decayed
from engine.optimizers.moving_average import averaged
from engine.optimizers.rmsprop import (
    centered_increment,
    gather_increments,
    increment,
    running_mean,
)
from engine.optimizers.sgd import gather_momentum
from engine.study.orders import by_threads
from engine.study.trace import ClippingTrace, WeightTrace
from engine.variable import Variable

TRACED = SGD, Adam, RMSprop
"""The optimizers whose formulas stand here; AdamW is an Adam."""


@dataclass(frozen=True)
class Gradient:
    """A weight with its gradient, and what of it is its penalty's; None if it is frozen."""

    weight: Variable
    gradient: Array | None
    of_penalty: Array | None


def optimized(
    optimizer: Optimizer, found: list[Gradient]
) -> tuple[list[WeightTrace], ClippingTrace | None]:
    """What the optimizer does with each weight, and how it clips."""
    trained = [g for g in found if g.gradient is not None]
    squares, clipping = _clipping(optimizer, trained)
    slots = _slots(optimizer, [g.weight for g in found])
    told = []
    for one in found:
        weight = one.weight
        if one.gradient is None:
            told.append(_frozen(weight))
            continue
        own = squares.get(id(weight))
        told.append(_moved(optimizer, one, own, clipping, slots[id(weight)]))
    return told, clipping


def rates(optimizer: Optimizer, dtype: Any) -> tuple[Any, Any]:
    """The learning rate of the step to come, and the size α_t that the optimizer gives it."""
    first, name = optimizer.iterations, np.dtype(dtype).name
    return optimizer.learning_rates(first, 1, name)[0], optimizer.rates(first, 1, name)[0]


def _frozen(weight: Variable) -> WeightTrace:
    value = weight.numpy()
    return WeightTrace(weight.path, value, None, None, {}, {}, None, value, trained=False)


# --- clipping -------------------------------------------------------------------------------------


def _clipping(
    optimizer: Optimizer, trained: list[Gradient]
) -> tuple[dict[int, Any], ClippingTrace | None]:
    """Σ g² of each gradient that is clipped by its length, and what is clipped."""
    if optimizer.clipping is None:
        return {}, None
    name, bound = optimizer.clipping
    if name == "clipvalue":
        return {}, ClippingTrace(name, bound)
    squares = {id(one.weight): _sum_of_squares(one.gradient) for one in trained}
    if name == "clipnorm":
        return squares, ClippingTrace(name, bound)
    lengths = np.array(list(squares.values()))
    length = norm(by_threads(lengths, processors()))[()]
    with np.errstate(divide="ignore", invalid="ignore"):
        scale = global_scale(length, lengths.dtype.type(bound))
    return squares, ClippingTrace(name, bound, float(length), float(scale))


def _sum_of_squares(g: Any) -> Any:
    flat = g.reshape(-1)
    return by_threads(flat * flat, processors())


def _clipped(g: Array, squares: Any, clipping: ClippingTrace) -> Array:
    """The gradient as the optimizer sees it."""
    number = g.dtype.type
    bound = number(clipping.bound)
    if clipping.name == "clipvalue":
        return np.asarray(clipped_value(g, bound))
    if clipping.name == "clipnorm":
        return np.asarray(clipped_norm(g, norm(squares), bound))
    return np.asarray(g * number(clipping.scale))


# --- the step -------------------------------------------------------------------------------------


def _moved(
    optimizer: Optimizer,
    one: Gradient,
    squares: Any,
    clipping: ClippingTrace | None,
    before: dict[str, Array],
) -> WeightTrace:
    """One trained weight."""
    assert one.gradient is not None
    value, g = one.weight.numpy(), one.gradient
    number = value.dtype.type
    learning_rate, alpha = rates(optimizer, value.dtype)
    clipped = None
    if clipping is not None and clipping.name == "global_clipnorm" and isinstance(optimizer, SGD):
        scale = number(clipping.scale)
        # A gradient that is one number meets the rate first, others meet the shortened rate.
        seen, alpha = (g, scale * alpha) if g.size > 1 else (g * alpha, scale)
    else:
        seen = g if clipping is None else _clipped(g, squares, clipping)
        clipped = None if clipping is None else seen
    w, decay = value, None
    if optimizer.decays(one.weight):
        w = decayed(value, number(optimizer.weight_decay or 0.0), learning_rate)
        decay = -(value * (number(optimizer.weight_decay or 0.0) * learning_rate))
    own = {name: values for name, values in before.items() if name != "average"}
    after, update = _STEPS[_kind(optimizer)](optimizer, seen, own, alpha)
    moved = new = w + update
    if optimizer.use_ema:
        after["average"] = _averaged(optimizer, before["average"], moved)
        every = optimizer.ema_overwrite_frequency
        if every and (optimizer.iterations + 1) % every == 0:
            new = after["average"].copy()
    return WeightTrace(
        name=one.weight.path,
        value=value,
        gradient=g,
        penalty_gradient=one.of_penalty,
        slots_before=before,
        slots_after=after,
        update=update,
        new=new,
        squares=None if squares is None else float(squares),
        clipped=clipped,
        decay=decay,
        moved=moved,
    )


def _averaged(optimizer: Optimizer, average: Array, w: Array) -> Array:
    """The moving average after the step; the first step's weights begin it."""
    momentum = w.dtype.type(optimizer.ema_momentum if optimizer.iterations else 0.0)
    return np.asarray(averaged(average, w, momentum))


def _slots(optimizer: Optimizer, weights: list[Variable]) -> dict[int, dict[str, Array]]:
    """Copies of the slots of each weight; zeros before the first step."""
    names = [*(["average"] if optimizer.use_ema else []), *optimizer.slot_names]
    told = {id(w): {n: np.zeros_like(w.array) for n in names} for w in weights}
    for weight, name, values in optimizer.slot_views():
        told[id(weight)][name] = values.copy()
    return told


def name_of(optimizer: Optimizer) -> str:
    """The name of the engine's class whose formula it is."""
    return AdamW.__name__ if isinstance(optimizer, AdamW) else _kind(optimizer).__name__


def _kind(optimizer: Optimizer) -> type[Optimizer]:
    return next(kind for kind in TRACED if isinstance(optimizer, kind))


def _hyper(optimizer: Optimizer, g: Array) -> list[Any]:
    return [g.dtype.type(h) for h in optimizer.hyperparameters]


def _sgd(optimizer: Any, g: Array, slots: dict[str, Array], alpha: Any) -> Any:
    """The slots after the step, and what it adds to the weight."""
    if not slots:
        return {}, -(g * alpha)
    mu = _hyper(optimizer, g)[0]
    m = gather_momentum(slots["momentum"], g, alpha, mu)
    return {"momentum": m}, gather_momentum(m, g, alpha, mu) if optimizer.nesterov else m


def _adam(optimizer: Any, g: Array, slots: dict[str, Array], alpha: Any) -> Any:
    share_1, share_2, epsilon = _hyper(optimizer, g)
    m = blend(slots["momentum"], g, share_1)
    v = blend(slots["velocity"], g * g, share_2)
    after = {"momentum": m, "velocity": v}
    if optimizer.amsgrad:
        v = after["velocity_hat"] = largest_yet(slots["velocity_hat"], v)
    return after, -stride(m, v, alpha, epsilon)


def _rmsprop(optimizer: Any, g: Array, slots: dict[str, Array], alpha: Any) -> Any:
    rho, share, epsilon, mu = _hyper(optimizer, g)
    v = running_mean(slots["velocity"], g * g, rho, share)
    after = {"velocity": v}
    if optimizer.centered:
        mean = after["average_gradient"] = running_mean(slots["average_gradient"], g, rho, share)
        delta = elementwise(
            lambda g, v, mean: centered_increment(g, v, mean, alpha, epsilon), g, v, mean
        )
    else:
        delta = elementwise(lambda g, v: increment(g, v, alpha, epsilon), g, v)
    if optimizer.momentum:
        delta = after["momentum"] = gather_increments(slots["momentum"], delta, mu)
    return after, -delta


_STEPS = {SGD: _sgd, Adam: _adam, RMSprop: _rmsprop}
