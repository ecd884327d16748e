"""What TensorFlow's graph optimizer makes of a schedule's formula (TensorFlow 2.21, "Grappler").

    s / n      →  s·(1/n)           for a constant n
    c·(s / n)  →  (c·(1/n))·s       for constants c and n, unless s/n is read twice
    x^p        →  x·x, √x, 1/√x, 1/x for p = 2, 1/2, −1/2, −1
    c·x³       →  (c·x)·(x·x);  1 and x for p = 0 and 1
    c·(d·x)    →  (c·d)·x           for constants c and d

Both branches of a condition whose outcome is not known beforehand stay as they are.  Found by
comparing candidates with the rates that ``keras.optimizers.SGD`` uses in a ``tf.function``.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from engine.kernels.library import powers


def quotient(s: Any, n: Any, in_graph: bool) -> Any:
    """S / n for a constant n."""
    return s * (s.dtype.type(1) / n) if in_graph else s / n


def scaled_quotient(c: Any, s: Any, n: Any, in_graph: bool) -> Any:
    """C·(s / n) for constants c and n."""
    return (c * (n.dtype.type(1) / n)) * s if in_graph else c * (s / n)


def scaled_power(c: Any, x: Any, p: float, in_graph: bool) -> Any:
    """C·xᵖ for constants c and p."""
    one = x.dtype.type(1)
    if in_graph:
        if p == 3.0:
            return (c * x) * (x * x)
        rewritten = {
            0.0: lambda: np.ones_like(x),
            1.0: lambda: x,
            2.0: lambda: x * x,
            0.5: lambda: np.sqrt(x),
            -0.5: lambda: one / np.sqrt(x),
            -1.0: lambda: one / x,
        }.get(float(p))
        if rewritten is not None:
            return c * rewritten()
    return c * powers(x, x.dtype.type(p))
