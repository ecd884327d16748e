"""Mean squared error.

    loss = mean over the units of (y − p)²
    dp   = −2·g·(y − p)

g is the gradient of the mean: 1/(rows·units), times the row's sample weight.

Keras: ``keras.losses.mean_squared_error``.
"""

from __future__ import annotations

from typing import Any

from engine.kernels.compiler import formula


@formula
def squared(p: Any, y: Any) -> Any:
    """(y − p)², element by element; the mean over the units is taken afterwards."""
    s = y - p
    return s * s


@formula
def d_squared(p: Any, y: Any, g: Any) -> Any:
    """dp = −((g·2)·(y − p))."""
    return -((g * 2.0) * (y - p))
