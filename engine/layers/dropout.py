"""Dropout: in training each number is 0 with a chance of `rate`; the others grow to make up for it.

    a = x·s where u ≥ rate, else 0        da → dx = da·s where u ≥ rate, else 0
    s = 1/(1 − rate)

The u in [0, 1) are drawn anew for every batch, from the seed and the number of the draw.  In
evaluate and predict the numbers pass as they are.

Source: Srivastava, Hinton, Krizhevsky, Sutskever & Salakhutdinov (2014), Dropout: a simple way to
prevent neural networks from overfitting.  There the weights shrink afterwards; here, as everywhere
today, the numbers that are kept grow in training.
Keras: ``keras.layers.Dropout``: the same masks from the same seed.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from engine.checks.shown import shown
from engine.layers.layer import Array, Layer
from engine.layers.tensor import Shape
from engine.optimizers.optimizer import checked_number
from engine.random import SeedGenerator, uniform


class Dropout(Layer):
    """Zeros at random, in training.

    Parameters
    ----------
    rate
        The chance of a zero, in [0, 1].
    seed
        An integer; None draws one here and now, after ``set_random_seed`` the one that Keras draws.

    Raises
    ------
    ValueError, TypeError
        If `rate` is no number in [0, 1].

    Examples
    --------
    >>> Dropout(0.5, seed=7)(np.ones((1, 6)), training=True)
    array([[2., 2., 0., 2., 0., 2.]], dtype=float32)
    """

    def __init__(
        self, rate: float, noise_shape: Any = None, seed: int | None = None, **options: Any
    ) -> None:
        rate = checked_number("rate", rate, 0.0, 1.0, open_high=False)
        if noise_shape is not None:
            raise ValueError(
                "Expected noise_shape=None, a number of its own for each input. "
                f"Received: noise_shape={shown(noise_shape)}"
            )
        super().__init__(**options)
        self.rate = rate
        self.seed = seed
        self.noise_shape = None
        if self.rate > 0:
            self.seed_generator = SeedGenerator(seed)

    @property
    def stage(self) -> str | None:  # type: ignore[override]
        """What the kernels do."""
        return "dropout" if self.rate > 0 else None

    @property
    def scale(self) -> float:
        """What the numbers that are kept are multiplied by; 0 if none is."""
        return 1 / (1 - self.rate) if self.rate < 1 else 0.0

    def constants(self) -> tuple[float, float]:
        """Rate and scale, for the kernels."""
        return self.rate, self.scale

    def build(self, input_shape: Shape) -> None:
        """Nothing to make."""
        self.built = True

    def compute_output_shape(self, input_shape: Shape) -> Shape:
        """That of the input."""
        return input_shape

    def mask(self, shape: tuple[int, ...]) -> Array:
        """s where a number is kept and 0 elsewhere, for the next batch; a draw is used up."""
        if self.rate in (0.0, 1.0):
            return np.full(shape, self.scale, self.dtype)
        u = uniform(shape, dtype=self.dtype, seed=self.seed_generator)
        number = u.dtype.type
        return np.asarray(np.where(u >= number(self.rate), number(self.scale), number(0)))

    def call(self, inputs: Array, training: bool = False) -> Array:
        """The inputs as they are; in training with zeros at random."""
        if not training or self.rate == 0:
            return inputs
        kept = self.mask(inputs.shape)
        return np.asarray(np.where(kept > 0, inputs * kept, inputs.dtype.type(0)))

    def __call__(self, inputs: Any, training: bool = False) -> Any:
        """A tensor for a tensor, an array for an array of rows."""
        if training and not hasattr(inputs, "source"):
            return self.call(np.asarray(inputs, self.dtype), training=True)
        return super().__call__(inputs)

    def get_config(self) -> dict[str, Any]:
        """The arguments that make such a layer, in Keras's form."""
        return {
            **super().get_config(),
            "rate": self.rate,
            "seed": self.seed,
            "noise_shape": None,
        }
