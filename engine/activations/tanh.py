"""The hyperbolic tangent.

    a  = (eᶻ − e⁻ᶻ) / (eᶻ + e⁻ᶻ)
    dz = da·(1 − a²)

Keras: ``keras.activations.tanh``.
"""

from __future__ import annotations

from typing import Any

from engine.kernels import elementary
from engine.kernels.compiler import formula


@formula
def tanh(x: Any) -> Any:
    """a(z) = tanh z.

    Shapes
        any; element by element.

    >>> import numpy as np
    >>> tanh(np.array([0.0, 100.0]))
    array([0., 1.])
    """
    return elementary.tanh(x)


@formula
def d_tanh(a: Any, da: Any) -> Any:
    """dz = da·(1 − a·a), from the activation `a`."""
    return da * (1.0 - a * a)
