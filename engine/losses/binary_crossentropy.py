"""Binary crossentropy: how surprised the yes/no prediction p is by the label y.

On probabilities, p clipped to [ε, 1 − ε] with ε = 1e-7::

    loss = −(y·ln p + (1 − y)·ln(1 − p))
    dp   = g·((1 − y)/(1 − p) − y/p)                   (0 where p was clipped)

On logits z, p = σ(z), which never meets ln 0::

    loss = ln(1 + e^−|z|) + max(z, 0) − z·y
    dz   = g·(p − y)

g is the gradient of the mean: 1/(rows·units), times the row's sample weight.

Source: Cox (1958), The regression analysis of binary sequences; the form on logits is that of
TensorFlow's ``sigmoid_cross_entropy_with_logits``.
Keras: ``keras.losses.binary_crossentropy`` takes the logits whenever the output's activation is a
sigmoid or a softmax.  TensorFlow forms p − y from four terms, and so does `d_from_logits`: where
p − y is exact to the last bit the four terms need not be.
"""

from __future__ import annotations

from typing import Any

from engine.kernels.compiler import formula
from engine.kernels.elementary import exp, log, log1p, reciprocal
from engine.kernels.lanes import maximum, minimum, where

EPSILON = 1e-7


@formula
def from_logits(z: Any, y: Any) -> Any:
    """ln(1 + e^−|z|) + max(z, 0) − z·y, element by element."""
    e = exp(where(z >= 0.0, -z, z))
    return log1p(e) + (maximum(z, 0.0) - z * y)


@formula
def d_from_logits(z: Any, y: Any, g: Any) -> Any:
    """dz = g·(σ(z) − y), as ((−[z≥0]t + [z≥0]g) + [z<0]t) − y·g with t = g·e/(1 + e)."""
    positive = z >= 0.0
    e = exp(where(positive, -z, z))
    t = e * (g * reciprocal(1.0 + e))
    return ((-where(positive, t, 0.0) + where(positive, g, 0.0)) + where(positive, 0.0, t)) + y * (
        -g
    )


@formula
def from_probabilities(p: Any, y: Any) -> Any:
    """−(y·ln p + (1 − y)·ln(1 − p)) of the clipped p, element by element."""
    p = minimum(maximum(p, EPSILON), 1.0 - EPSILON)
    return -(y * log(p) + (1.0 - y) * log(1.0 - p))


@formula
def d_from_probabilities(p: Any, y: Any, g: Any) -> Any:
    """dp = g·((1 − y)/(1 − p) − y/p) of the clipped p, 0 where p was clipped."""
    clipped = minimum(maximum(p, EPSILON), 1.0 - EPSILON)
    slope = g * ((1.0 - y) / (1.0 - clipped) - y / clipped)
    return where(clipped == p, slope, 0.0)
