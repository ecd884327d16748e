"""The leaky rectified linear unit.

    a  = z where z > 0, otherwise 0.2·z
    dz = da where a > 0, otherwise 0.2·da

A positive slope keeps the sign, so the sign of `a` tells the branch.

Source: Maas, Hannun & Ng (2013), Rectifier nonlinearities improve neural network acoustic models.
Keras: ``keras.activations.leaky_relu``, ``negative_slope=0.2``.
"""

from __future__ import annotations

from typing import Any

from engine.kernels.compiler import formula
from engine.kernels.lanes import where

NEGATIVE_SLOPE = 0.2


@formula
def leaky_relu(x: Any) -> Any:
    """a(z) = z where z > 0, otherwise 0.2·z.

    Shapes
        any; element by element.

    >>> import numpy as np
    >>> leaky_relu(np.array([-1.0, 0.0, 2.0]))
    array([-0.2,  0. ,  2. ])
    """
    return where(x > 0.0, x, x * NEGATIVE_SLOPE)


@formula
def d_leaky_relu(a: Any, da: Any) -> Any:
    """dz = da where a > 0, otherwise 0.2·da, from the activation `a`."""
    return where(a > 0.0, da, da * NEGATIVE_SLOPE)
