"""A step's element-wise arithmetic with the bits of the compiled kernels.

The formulas are those of :mod:`engine.activations`, :mod:`engine.losses` and
:mod:`engine.regularizers`; here stands what TensorFlow, and so a kernel, does around them: which
elements share a packet, which arithmetic an exponential gets, in which order rows are added.  The
products are in :mod:`engine.study.orders`.

Shapes
    z, a, y ``(rows, units)``, values and sample weights ``(rows,)``, g ``(rows, units)``.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from engine.activations.elu import d_elu, elu, fused_elu
from engine.activations.leaky_relu import d_leaky_relu, leaky_relu
from engine.activations.relu import d_relu, relu
from engine.activations.sigmoid import d_sigmoid, d_sigmoid_rest, sigmoid
from engine.activations.tanh import d_tanh, tanh
from engine.kernels import losses
from engine.kernels.elementary import exp, fused_exp, fused_logistic, fused_tanh, log
from engine.kernels.interpreted import elementwise, one_by_one
from engine.kernels.machine import processors
from engine.kernels.memory import Array
from engine.losses.binary_crossentropy import d_from_logits as d_binary_logits
from engine.losses.binary_crossentropy import d_from_probabilities as d_binary
from engine.losses.binary_crossentropy import from_logits as binary_logits
from engine.losses.binary_crossentropy import from_probabilities as binary
from engine.losses.categorical_crossentropy import (
    agreement,
    d_clipped,
    d_logit,
    inverse,
    surprise,
)
from engine.losses.mean_squared_error import d_squared, squared
from engine.losses.sparse_categorical_crossentropy import logit
from engine.regularizers.l1 import d_absolute
from engine.regularizers.l2 import d_square
from engine.study.orders import by_threads, packets, sixteen_lanes

BEHIND_A_BIAS = {
    "relu": relu,
    "leaky_relu": leaky_relu,
    "elu": fused_elu,
    "sigmoid": fused_logistic,
    "tanh": fused_tanh,
}
"""oneDNN's arithmetic, which TensorFlow runs where an activation follows a bias at once."""

BY_ITSELF = {
    "relu": relu,
    "leaky_relu": leaky_relu,
    "elu": elu,
    "sigmoid": sigmoid,
    "tanh": tanh,
}
"""Eigen's."""

SLOPES = {
    "relu": (d_relu, d_relu),
    "leaky_relu": (d_leaky_relu, d_leaky_relu),
    "elu": (d_elu, d_elu),
    "sigmoid": (d_sigmoid, d_sigmoid_rest),
    "tanh": (d_tanh, d_tanh),
}
"""dz of packets, and of single numbers."""


def activate(name: str, z: Array, behind_a_bias: bool) -> Any:
    """a = activation(z)."""
    if name == "linear":
        return z
    if name == "softmax":
        e = elementwise(fused_exp, z - z.max(axis=1, keepdims=True))
        share = z.dtype.type(1) / sixteen_lanes(e)
        return e * share[:, np.newaxis]
    return elementwise((BEHIND_A_BIAS if behind_a_bias else BY_ITSELF)[name], z)


def d_activate(name: str, a: Array, da: Array) -> Any:
    """Dz from da and the activation a."""
    if name == "linear":
        return da
    if name == "softmax":
        return (da - packets(da * a)[:, np.newaxis]) * a
    of_packets, of_single = SLOPES[name]
    return elementwise(of_packets, a, da, rest=of_single)


def share_of(
    source: Array, form: int, weights: Array | None, even: bool, reduction: str = "mean"
) -> Array:
    """G, the gradient of the mean for each element: 1/rows, times the weight, through the units.

    In the place of the rows stands what the reduction divides by (:func:`divisor`).

    TensorFlow divides a weighted gradient by the units, or multiplies it by their inverse where it
    knows the shape of the batches (`even`).
    """
    rows, units, number = *source.shape, source.dtype.type
    g = np.full(rows, _over(number(1), divisor(reduction, rows, source.dtype, weights)))
    if form in losses.ROW_WISE or units == 1:
        g = g if weights is None else g * weights
    elif weights is None:
        g = g / number(units)
    else:
        g = g * weights
        g = g * (number(1) / number(units)) if even else g / number(units)
    return np.repeat(g[:, np.newaxis], units, axis=1)


_BY_ELEMENTS = {
    losses.BINARY_LOGITS: (binary_logits, d_binary_logits),
    losses.SQUARED: (squared, d_squared),
    losses.BINARY: (binary, d_binary),
}


def loss(form: int, source: Array, y: Array, g: Array) -> tuple[Array, Array]:
    """The loss of each row, and its gradient with respect to `source`: the logits z, or a."""
    units = source.shape[1]
    if form in _BY_ELEMENTS:
        value, slope = _BY_ELEMENTS[form]
        values = elementwise(value, source, y)
        of_rows = values[:, 0] if units == 1 else packets(values) / source.dtype.type(units)
        return of_rows, elementwise(slope, source, y, g)
    if form == losses.CATEGORICAL:
        return _categorical(source, y, g)
    if form == losses.SPARSE:
        values, dz = _on_logits(elementwise(logit, source), y, g, sparse=True)
        return values, d_clipped(source, elementwise(inverse, source) * dz)
    return _on_logits(source, y, g, sparse=form == losses.SPARSE_LOGITS)


def _categorical(p: Array, y: Array, g: Array) -> tuple[Array, Array]:
    """On probabilities: through the quotient q = p/Σp."""
    total = packets(p)[:, np.newaxis]
    q = p / total
    values = -packets(elementwise(agreement, q, y))
    dq = d_clipped(q, elementwise(inverse, q) * (y * -g))
    return values, packets(dq * (-p / total / total))[:, np.newaxis] + dq / total


def _on_logits(z: Array, y: Array, g: Array, sparse: bool) -> tuple[Array, Array]:
    """Categorical crossentropy; `sparse` labels are class numbers."""
    rows, units = z.shape
    m = z - z.max(axis=1, keepdims=True)
    sums = packets(_exp_within_rows(m))
    if sparse:
        hit = y == np.arange(units, dtype=y.dtype)
        truth = hit.astype(z.dtype)
        logs = one_by_one(log, sums)
        values = np.where(hit.any(axis=1), logs - np.sum(m, axis=1, where=hit), logs)
    else:
        truth, logs = y, elementwise(log, sums)
        values = packets(surprise(m, logs[:, np.newaxis], y))
    # TensorFlow counts packets and single numbers anew in every block of whole rows.
    block = -(-losses.SOFTMAX_BLOCK // units)
    e = np.concatenate([elementwise(exp, m[i : i + block]) for i in range(0, rows, block)])
    return values, d_logit(e, sums[:, np.newaxis], truth, g)


def _exp_within_rows(m: Array) -> Array:
    """e^m, packets and single numbers being counted within each row."""
    whole = m.shape[1] // 8 * 8
    parts = elementwise(exp, m[:, :whole]), one_by_one(exp, m[:, whole:])
    return np.concatenate(parts, axis=1)


def divisor(reduction: str, rows: int, dtype: Any, weights: Array | None) -> Any:
    """What the sum of the values is divided by: the rows, nothing (1), or the sum of weights."""
    if reduction == "mean_with_sample_weight" and weights is not None:
        return by_threads(weights, processors())
    return np.dtype(dtype).type(1 if reduction == "sum" else rows)


def _over(x: Any, by: Any) -> Any:
    """x/by, and 0 instead of a division by 0."""
    return x / by if by != 0 else type(x)(0)


def reduced(values: Array, by: Any) -> Any:
    """The sum of the rows' values, divided by the :func:`divisor`."""
    return _over(by_threads(values, processors()), by)


def penalty(regularizer: Any, w: Array) -> Any:
    """What a weight adds to the loss: l1·Σ|w| + l2·Σw²."""
    number, flat = w.dtype.type, w.reshape(-1)
    l1, l2 = regularizer.factors
    total = number(0)
    if l1 is not None:
        total = total + number(l1) * by_threads(np.abs(flat), processors())
    if l2 is not None:
        total = total + number(l2) * by_threads(flat * flat, processors())
    return total


def d_penalty(regularizer: Any, w: Array) -> Any:
    """The gradient of the penalty: sign(w)·l1 + (w·2)·l2."""
    number = w.dtype.type
    l1, l2 = regularizer.factors
    slopes = [] if l1 is None else [d_absolute(w, number(l1))]
    slopes += [] if l2 is None else [d_square(w, number(l2))]
    return sum(slopes[1:], start=slopes[0]) if slopes else np.zeros_like(w)


def d_activity(regularizer: Any, a: Array) -> Any:
    """The gradient of the penalty on the activations: that on all of them, divided by the rows."""
    of_both = d_activities(regularizer, a)
    return sum(of_both[1:], start=of_both[0]) if of_both else np.zeros_like(a)


def d_activities(regularizer: Any, a: Array) -> list[Any]:
    """The gradients of the penalty with l1 and of that with l2, as far as there are any."""
    number = a.dtype.type
    g = number(1) / number(len(a))
    l1, l2 = (None if factor is None else g * number(factor) for factor in regularizer.factors)
    slopes = [] if l1 is None else [d_absolute(a, l1)]
    return slopes if l2 is None else [*slopes, d_square(a, l2)]


def with_penalties(loss_of_rows: Any, penalties: list[Any]) -> Any:
    """The loss that is trained: the mean over the rows plus all penalties, in their order."""
    return packets(np.array([loss_of_rows, *penalties])) if penalties else loss_of_rows
