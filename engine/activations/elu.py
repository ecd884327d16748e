"""The exponential linear unit.

    a  = z where z > 0, otherwise eᶻ − 1
    dz = da where a ≥ 0, otherwise (a + 1)·da

From a, eᶻ = a + 1, so the activation alone gives the gradient.

Source: Clevert, Unterthiner & Hochreiter (2015), Fast and accurate deep network learning by
exponential linear units (ELUs).
Keras: ``keras.activations.elu`` with ``alpha=1.0``.  Behind a bias TensorFlow computes it by
oneDNN's vector code, elsewhere by Eigen's, and so do the kernels; both subtract 1 from a rounded
eᶻ, so that for tiny z < 0 few digits are right (−1e-8 becomes 0).
"""

from __future__ import annotations

from typing import Any

from engine.kernels.compiler import formula
from engine.kernels.elementary import exp, fused_exp
from engine.kernels.lanes import minimum, where


@formula
def elu(x: Any) -> Any:
    """a(z) = z where z > 0, otherwise eᶻ − 1, without overflow; NaN comes through.

    Shapes
        any; element by element.

    >>> import numpy as np
    >>> elu(np.array([-1000.0, -1.0, 0.0, 2.0])).round(4)
    array([-1.    , -0.6321,  0.    ,  2.    ])
    """
    return where(x < 0.0, exp(minimum(x, 0.0)) - 1.0, x)


@formula
def fused_elu(x: Any) -> Any:
    """The same behind a bias, in oneDNN's arithmetic."""
    return where(x > 0.0, x, fused_exp(minimum(x, 0.0)) - 1.0)


@formula
def d_elu(a: Any, da: Any) -> Any:
    """dz = da where a ≥ 0, otherwise (a + 1)·da, from the activation `a`."""
    return where(a < 0.0, (a + 1.0) * da, da)
