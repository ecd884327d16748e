"""Glorot (Xavier): v = 2/(fan_in + fan_out), for forward and backward signals alike.

Source
------
Glorot & Bengio, "Understanding the difficulty of training deep feedforward neural networks"
(2010), equations 12 and 16.

Keras
-----
``keras.initializers.GlorotUniform`` and ``GlorotNormal`` of Keras 3.15.1: same bits from one seed.
"""

from __future__ import annotations

from collections.abc import Sequence

from engine.initializers.scaling import NamedScaling
from engine.random.seed_generator import Seed


class GlorotUniform(NamedScaling):
    """Uniform: w ~ [−√(3v), √(3v)).

    Example
    -------
    >>> GlorotUniform(seed=1)((2, 3))
    array([[ 0.82922614, -0.08767891,  0.21972716],
           [-0.23530674, -0.5407265 , -0.12203431]], dtype=float32)
    """

    def __init__(
        self,
        seed: Seed = None,
        input_axes: Sequence[int] | None = None,
        output_axes: Sequence[int] | None = None,
    ) -> None:
        super().__init__(1.0, "fan_avg", "uniform", seed, input_axes, output_axes)


class GlorotNormal(NamedScaling):
    """Truncated normal with variance v.

    Example
    -------
    >>> GlorotNormal(seed=1)((2, 3))
    array([[ 0.09106225, -0.35448155,  0.4538295 ],
           [-0.56718487, -0.65419155, -0.28700176]], dtype=float32)
    """

    def __init__(
        self,
        seed: Seed = None,
        input_axes: Sequence[int] | None = None,
        output_axes: Sequence[int] | None = None,
    ) -> None:
        super().__init__(1.0, "fan_avg", "truncated_normal", seed, input_axes, output_axes)
