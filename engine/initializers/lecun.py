"""LeCun: v = 1/fan_in, so that a sum over unit-variance inputs has unit variance.

Source
------
LeCun, Bottou, Orr & Müller, "Efficient BackProp" (1998), equation 16; Klambauer et al.,
"Self-normalizing neural networks" (2017) for selu.

Keras
-----
``keras.initializers.LecunUniform`` and ``LecunNormal`` of Keras 3.15.1: same bits from one seed.
"""

from __future__ import annotations

from collections.abc import Sequence

from engine.initializers.scaling import NamedScaling
from engine.random.seed_generator import Seed


class LecunUniform(NamedScaling):
    """Uniform: w ~ [−√(3v), √(3v)).

    Example
    -------
    >>> LecunUniform(seed=1)((2, 3))
    array([[ 0.9271029 , -0.09802794,  0.24566245],
           [-0.2630809 , -0.6045506 , -0.13643849]], dtype=float32)
    """

    def __init__(
        self,
        seed: Seed = None,
        input_axes: Sequence[int] | None = None,
        output_axes: Sequence[int] | None = None,
    ) -> None:
        super().__init__(1.0, "fan_in", "uniform", seed, input_axes, output_axes)


class LecunNormal(NamedScaling):
    """Truncated normal with variance v.

    Example
    -------
    >>> LecunNormal(seed=1)((2, 3))
    array([[ 0.10181069, -0.39632243,  0.5073968 ],
           [-0.63413197, -0.7314084 , -0.3208777 ]], dtype=float32)
    """

    def __init__(
        self,
        seed: Seed = None,
        input_axes: Sequence[int] | None = None,
        output_axes: Sequence[int] | None = None,
    ) -> None:
        super().__init__(1.0, "fan_in", "truncated_normal", seed, input_axes, output_axes)
