"""The identity, a layer's activation when none is given.

    a  = z
    dz = da

Keras: ``keras.activations.linear``.
"""

from __future__ import annotations

from typing import Any

from engine.kernels.compiler import formula


@formula
def linear(x: Any) -> Any:
    """a(z) = z.

    Shapes
        any; element by element.

    >>> import numpy as np
    >>> linear(np.array([-1.0, 2.0]))
    array([-1.,  2.])
    """
    return x


@formula
def d_linear(a: Any, da: Any) -> Any:
    """dz = da."""
    return da
