"""Initializers that draw nothing: w = 0, w = 1, w = c.

Keras
-----
``keras.initializers.Zeros``, ``Ones`` and ``Constant`` of Keras 3.15.1.  A trap that is kept: in
float64 a constant given as a Python float is rounded to float32 first (``tf.cast``), so 0.1
becomes 0.10000000149011612.  Keras would also take integer dtypes and an array for `value`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray

from engine.initializers.base import Initializer
from engine.random.checks import as_cast_number, as_float_dtype, as_shape


class Zeros(Initializer):
    """Zero everywhere.

    Example
    -------
    >>> Zeros()((2,))
    array([0., 0.], dtype=float32)
    """

    def __call__(self, shape: Sequence[int], dtype: DTypeLike | None = None) -> NDArray[Any]:
        """Return zeros."""
        return np.zeros(as_shape(shape), as_float_dtype(dtype))


class Ones(Initializer):
    """One everywhere.

    Example
    -------
    >>> Ones()((2,))
    array([1., 1.], dtype=float32)
    """

    def __call__(self, shape: Sequence[int], dtype: DTypeLike | None = None) -> NDArray[Any]:
        """Return ones."""
        return np.ones(as_shape(shape), as_float_dtype(dtype))


class Constant(Initializer):
    """The same `value` everywhere.

    Example
    -------
    >>> Constant(0.25)((2,))
    array([0.25, 0.25], dtype=float32)
    """

    def __init__(self, value: float = 0.0) -> None:
        as_cast_number("value", value, np.dtype(np.float64))
        self.value = value

    def __call__(self, shape: Sequence[int], dtype: DTypeLike | None = None) -> NDArray[Any]:
        """Return an array full of the value."""
        kind = as_float_dtype(dtype)
        return np.full(as_shape(shape), as_cast_number("value", self.value, kind), kind)

    def get_config(self) -> dict[str, Any]:
        """Return the value as a plain number."""
        return {"value": self.value.item() if isinstance(self.value, np.generic) else self.value}
