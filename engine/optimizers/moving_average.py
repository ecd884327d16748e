"""The exponential moving average of the weights over the steps.

    ŵ ← μ·ŵ + (1 − μ)·w        μ = 0 in the first step, else ema_momentum

The average starts at the weights after the first step.  Every `ema_overwrite_frequency` steps, and
at the end of ``fit``, the weights become their average.

Source: Polyak & Juditsky (1992), Acceleration of stochastic approximation by averaging.
Keras: ``use_ema``, ``ema_momentum`` and ``ema_overwrite_frequency`` of all optimizers of 3.15.1.
"""

from __future__ import annotations

from typing import Any

from engine.kernels.compiler import formula


@formula
def averaged(average: Any, w: Any, momentum: Any) -> Any:
    """μ·ŵ + (1 − μ)·w."""
    return momentum * average + (1.0 - momentum) * w
