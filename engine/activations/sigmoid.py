"""The logistic function, the activation of a unit that answers yes or no.

    a  = 1 / (1 + e⁻ᶻ)
    dz = da·a·(1 − a)

Keras: ``keras.activations.sigmoid``.  TensorFlow computes it in two ways, and so do the kernels:
behind a bias by oneDNN's vector code, elsewhere by Eigen's (docs/parity.md); and it multiplies the
gradient's three factors in another order for the last n mod 8 elements.
"""

from __future__ import annotations

from typing import Any

from engine.kernels.compiler import formula
from engine.kernels.elementary import logistic


@formula
def sigmoid(x: Any) -> Any:
    """a(z) = 1 / (1 + e⁻ᶻ), without overflow on either side.

    Shapes
        any; element by element.

    >>> import numpy as np
    >>> sigmoid(np.array([-1000.0, 0.0, 1000.0]))
    array([0. , 0.5, 1. ])
    """
    return logistic(x)


@formula
def d_sigmoid(a: Any, da: Any) -> Any:
    """dz = da·(a·(1 − a)), from the activation `a`."""
    return da * (a * (1.0 - a))


@formula
def d_sigmoid_rest(a: Any, da: Any) -> Any:
    """dz = (da·a)·(1 − a): the same product in the order of the last n mod 8 elements."""
    return (da * a) * (1.0 - a)
