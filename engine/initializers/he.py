"""He (Kaiming): v = 2/fan_in, twice as much because relu lets half of the signal through.

Source
------
He, Zhang, Ren & Sun, "Delving deep into rectifiers" (2015), equation 10.

Keras
-----
``keras.initializers.HeUniform`` and ``HeNormal`` of Keras 3.15.1: same bits from one seed.
"""

from __future__ import annotations

from collections.abc import Sequence

from engine.initializers.scaling import NamedScaling
from engine.random.seed_generator import Seed


class HeUniform(NamedScaling):
    """Uniform: w ~ [−√(3v), √(3v)).

    Example
    -------
    >>> HeUniform(seed=1)((2, 3))
    array([[ 1.3111216 , -0.13863254,  0.34741914],
           [-0.37205255, -0.8549636 , -0.19295311]], dtype=float32)
    """

    def __init__(
        self,
        seed: Seed = None,
        input_axes: Sequence[int] | None = None,
        output_axes: Sequence[int] | None = None,
    ) -> None:
        super().__init__(2.0, "fan_in", "uniform", seed, input_axes, output_axes)


class HeNormal(NamedScaling):
    """Truncated normal with variance v.

    Example
    -------
    >>> HeNormal(seed=1)((2, 3))
    array([[ 0.14398205, -0.5604845 ,  0.71756744],
           [-0.896798  , -1.0343677 , -0.45378962]], dtype=float32)
    """

    def __init__(
        self,
        seed: Seed = None,
        input_axes: Sequence[int] | None = None,
        output_axes: Sequence[int] | None = None,
    ) -> None:
        super().__init__(2.0, "fan_in", "truncated_normal", seed, input_axes, output_axes)
