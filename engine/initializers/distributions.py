"""Initializers that draw from a distribution as it is told, whatever the shape.

    RandomUniform       w ~ [minval, maxval)
    RandomNormal        w ~ N(mean, stddev²)
    TruncatedNormal     w ~ N(mean, stddev²) without what is 2·stddev or more from the mean

Keras
-----
The classes of these names in ``keras.initializers`` of Keras 3.15.1; same bits from the same seed.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray

from engine.initializers.base import RandomInitializer
from engine.random.checks import as_number
from engine.random.sampling import normal, truncated_normal, uniform
from engine.random.seed_generator import Seed

_WIDEST = np.dtype(np.float64)


class RandomUniform(RandomInitializer):
    """Uniform in [minval, maxval).

    Example
    -------
    >>> RandomUniform(-1, 1, seed=1)((3,))
    array([ 0.75697637, -0.0800395 ,  0.2005825 ], dtype=float32)
    """

    def __init__(self, minval: float = -0.05, maxval: float = 0.05, seed: Seed = None) -> None:
        as_number("minval", minval, _WIDEST)
        as_number("maxval", maxval, _WIDEST)
        self.minval = minval
        self.maxval = maxval
        super().__init__(seed)

    def __call__(self, shape: Sequence[int], dtype: DTypeLike | None = None) -> NDArray[Any]:
        """Draw an array."""
        return uniform(shape, self.minval, self.maxval, dtype, self.seed)

    def get_config(self) -> dict[str, Any]:
        """Return seed and bounds."""
        return {**super().get_config(), "minval": self.minval, "maxval": self.maxval}


class _Bell(RandomInitializer):
    """What the two normal initializers share: mean and standard deviation."""

    def __init__(self, mean: float = 0.0, stddev: float = 0.05, seed: Seed = None) -> None:
        as_number("mean", mean, _WIDEST)
        as_number("stddev", stddev, _WIDEST)
        self.mean = mean
        self.stddev = stddev
        super().__init__(seed)

    def get_config(self) -> dict[str, Any]:
        """Return seed, mean and standard deviation."""
        return {**super().get_config(), "mean": self.mean, "stddev": self.stddev}


class RandomNormal(_Bell):
    """Normal with `mean` and standard deviation `stddev`.

    Example
    -------
    >>> RandomNormal(stddev=1.0, seed=1)((3,))
    array([ 0.1266503 , -0.49301657,  0.6311907 ], dtype=float32)
    """

    def __call__(self, shape: Sequence[int], dtype: DTypeLike | None = None) -> NDArray[Any]:
        """Draw an array."""
        return normal(shape, self.mean, self.stddev, dtype, self.seed)


class TruncatedNormal(_Bell):
    """Normal without the tails; `stddev` is the standard deviation before they are cut off.

    Example
    -------
    >>> TruncatedNormal(stddev=1.0, seed=1)((3,))
    array([ 0.1266503 , -0.49301657,  0.6311907 ], dtype=float32)
    """

    def __call__(self, shape: Sequence[int], dtype: DTypeLike | None = None) -> NDArray[Any]:
        """Draw an array."""
        return truncated_normal(shape, self.mean, self.stddev, dtype, self.seed)
