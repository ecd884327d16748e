"""A spread that fits the shape, so that signals neither die out nor blow up from layer to layer.

    v = scale / max(1, n)        n = fan_in, fan_out, or their mean (mode)

    uniform              w ~ [−√(3v), √(3v))                 variance v
    untruncated_normal   w ~ N(0, v)
    truncated_normal     w ~ N(0, v/0.8796…²), cut at ±2 of its own standard deviations: what is
                         left has variance v

All of this in double; the result is rounded to the array's dtype.

Source
------
Glorot & Bengio, "Understanding the difficulty of training deep feedforward neural networks"
(2010), equations 12 and 16; He et al., "Delving deep into rectifiers" (2015), equation 10.

Keras
-----
``keras.initializers.VarianceScaling`` of Keras 3.15.1, where "normal" means "truncated_normal".
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray

from engine.initializers.base import RandomInitializer
from engine.initializers.fans import compute_fans
from engine.random.checks import as_number, as_shape
from engine.random.sampling import normal, truncated_normal, uniform
from engine.random.seed_generator import Seed

_MODES = ("fan_in", "fan_out", "fan_avg")
_DISTRIBUTIONS = ("uniform", "truncated_normal", "untruncated_normal")

# The standard deviation of a standard normal distribution cut off at ±2.
_TRUNCATED_STDDEV = 0.87962566103423978


class VarianceScaling(RandomInitializer):
    """Draws with variance `scale` / n.

    Parameters
    ----------
    scale : float
        Above 0.
    mode : "fan_in", "fan_out" or "fan_avg"
        Which fan n is.
    distribution : "truncated_normal", "untruncated_normal" or "uniform"
        The shape of the distribution; "normal" is truncated, too.
    seed : int, SeedGenerator or None
        None draws a seed now.
    input_axes, output_axes : sequence of int, optional
        The axes whose product is each fan, when both are given.

    Raises
    ------
    ValueError
        For a bad scale, mode or distribution; no seed has been drawn then.

    Example
    -------
    >>> VarianceScaling(scale=2.0, distribution="uniform", seed=1)((3, 1))
    array([[ 1.0705262 ],
           [-0.11319292],
           [ 0.2836665 ]], dtype=float32)
    """

    def __init__(
        self,
        scale: float = 1.0,
        mode: str = "fan_in",
        distribution: str = "truncated_normal",
        seed: Seed = None,
        input_axes: Sequence[int] | None = None,
        output_axes: Sequence[int] | None = None,
    ) -> None:
        if not as_number("scale", scale, np.dtype(np.float64)) > 0.0:
            raise ValueError(f"Expected scale to be above 0. Received: scale={scale!r}")
        if mode not in _MODES:
            raise ValueError(f"Expected mode to be one of {_MODES}. Received: mode={mode!r}")
        self.distribution = str(distribution).lower()
        if self.distribution == "normal":
            self.distribution = "truncated_normal"
        if self.distribution not in _DISTRIBUTIONS:
            raise ValueError(
                f"Expected distribution to be one of {_DISTRIBUTIONS}. "
                f"Received: distribution={distribution!r}"
            )
        self.scale = scale
        self.mode = mode
        self.input_axes = input_axes
        self.output_axes = output_axes
        super().__init__(seed)

    def __call__(self, shape: Sequence[int], dtype: DTypeLike | None = None) -> NDArray[Any]:
        """Draw an array whose spread fits its shape."""
        shape = as_shape(shape)
        fan_in, fan_out = compute_fans(shape, self.input_axes, self.output_axes)
        n = {"fan_in": fan_in, "fan_out": fan_out, "fan_avg": (fan_in + fan_out) / 2.0}[self.mode]
        v = self.scale / max(1.0, n)
        if self.distribution == "uniform":
            limit = math.sqrt(3.0 * v)
            return uniform(shape, -limit, limit, dtype, self.seed)
        if self.distribution == "untruncated_normal":
            return normal(shape, 0.0, math.sqrt(v), dtype, self.seed)
        return truncated_normal(shape, 0.0, math.sqrt(v) / _TRUNCATED_STDDEV, dtype, self.seed)

    def get_config(self) -> dict[str, Any]:
        """Return all arguments."""
        return {
            **super().get_config(),
            "scale": self.scale,
            "mode": self.mode,
            "distribution": self.distribution,
            "input_axes": self.input_axes,
            "output_axes": self.output_axes,
        }


class NamedScaling(VarianceScaling):
    """A variance scaling whose scale, mode and distribution have a name of their own."""

    def get_config(self) -> dict[str, Any]:
        """Return the arguments that are left."""
        config = super().get_config()
        return {name: config[name] for name in ("seed", "input_axes", "output_axes")}
