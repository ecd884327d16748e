"""Clipping: gradients that are too long are made shorter before the optimizer sees them.

    clipvalue         g ← max(min(g, c), −c)                     each number
    clipnorm          g ← (g·c) / max(‖g‖, c)                    each weight by itself
    global_clipnorm   g ← g·s,  s = c·min(1/‖G‖, 1/c)            all weights together

‖g‖ = √Σ g² over one weight; ‖G‖ = √Σ ‖g‖² over all.  The direction stays as it is, but for
clipvalue.  A short gradient goes through the same formula: (g·c)/c may differ from g in the last
bit.

Source: Pascanu, Mikolov & Bengio (2013), On the difficulty of training recurrent neural networks,
section 3.2.
Keras: ``clipvalue``, ``clipnorm`` and ``global_clipnorm`` of all optimizers of 3.15.1.
"""

from __future__ import annotations

from typing import Any

from engine.kernels.compiler import formula
from engine.kernels.lanes import maximum, minimum, sqrt, where


@formula
def clipped_value(g: Any, c: Any) -> Any:
    """max(min(g, c), −c)."""
    return maximum(minimum(g, c), -c)


@formula
def norm(squares: Any) -> Any:
    """√squares, for the sum of the squares."""
    return where(squares > 0.0, sqrt(squares), squares)


@formula
def clipped_norm(g: Any, length: Any, c: Any) -> Any:
    """(g·c) / max(length, c)."""
    return (g * c) / maximum(length, c)


@formula
def global_scale(length: Any, c: Any) -> Any:
    """c·min(1/length, 1/c); NaN if the length is not finite."""
    return c * minimum(1.0 / length, 1.0 / c) + (length - length)
