"""The rectified linear unit.

    a  = max(z, 0)
    dz = da where a > 0, otherwise 0·da     (so relu'(0) = 0)

0·da and not 0: a gradient that is infinite or NaN comes out as NaN, as in TensorFlow.

Source: Nair & Hinton (2010), Rectified linear units improve restricted Boltzmann machines.
Keras: ``keras.activations.relu`` with its default arguments.
"""

from __future__ import annotations

from typing import Any

from engine.kernels.compiler import formula
from engine.kernels.lanes import maximum, where


@formula
def relu(x: Any) -> Any:
    """a(z) = max(z, 0); NaN comes through (behind a bias, Keras and the kernels make 0 of it).

    Shapes
        any; element by element.

    >>> import numpy as np
    >>> relu(np.array([-1.0, 0.0, 2.0]))
    array([0., 0., 2.])
    """
    return maximum(x, 0.0)


@formula
def d_relu(a: Any, da: Any) -> Any:
    """dz = da·[a > 0], from the activation `a`.

    A product with 0, as in TensorFlow: it keeps the sign of da, and lets NaN and infinity be seen.
    """
    return where(a > 0.0, da, da * 0.0)
