"""How many inputs a weight feeds from, and how many outputs it feeds into.

    ()            1, 1
    (n,)          n, n                       a bias
    (in, out)     in, out                    a Dense kernel
    (…, in, out)  in·(…), out·(…)            a convolution: times the receptive field

Keras
-----
``compute_fans`` of Keras 3.15.1.  `input_axes` and `output_axes` count only when both are given.
"""

from __future__ import annotations

import math
from collections.abc import Sequence


def compute_fans(
    shape: Sequence[int],
    input_axes: Sequence[int] | None = None,
    output_axes: Sequence[int] | None = None,
) -> tuple[int, int]:
    """Return (fan_in, fan_out) of a weight of `shape`.

    Example
    -------
    >>> compute_fans((8, 10)), compute_fans((10,)), compute_fans((3, 3, 16, 32))
    ((8, 10), (10, 10), (144, 288))
    """
    if input_axes is not None and output_axes is not None:
        return math.prod(shape[a] for a in input_axes), math.prod(shape[a] for a in output_axes)
    if len(shape) < 2:
        return math.prod(shape), math.prod(shape)
    field = math.prod(shape[:-2])
    return shape[-2] * field, shape[-1] * field
