"""Normalization: features that have mean 0 and variance 1, by what was seen before training.

    a = (x − mean) / max(√variance, ε)            ε = 1e-7
    inverse:  a = mean + x·max(√variance, ε)

mean and variance are those of the data given to `adapt`, or arguments; training leaves them alone.
A column that never changes has spread ε and becomes 0, but what differs from it later becomes huge.

Keras: ``keras.layers.Normalization``; `adapt` of an array is NumPy's mean and variance there, too.
"""

from __future__ import annotations

from typing import Any, cast

import numpy as np

from engine.checks.finite import as_numbers
from engine.checks.numeric import numeric
from engine.checks.shown import shown
from engine.layers.layer import Array, Layer, checked_flag
from engine.layers.moments import Moments
from engine.layers.tensor import Shape
from engine.variable import Variable

EPSILON = 1e-7


class Normalization(Layer):
    """Features with mean 0 and variance 1.

    Parameters
    ----------
    axis
        The axes that have a mean for each position, the last by default; None: one for all.
    mean, variance
        Instead of what `adapt` would find.
    invert
        Go the other way.

    Raises
    ------
    ValueError, TypeError
        If only one of mean and variance is given, or an axis does not exist.

    Examples
    --------
    >>> layer = Normalization()
    >>> layer.adapt(np.array([[0.0, 10.0], [2.0, 30.0]]))
    >>> layer(np.array([[2.0, 20.0]]))
    array([[1., 0.]], dtype=float32)
    """

    def __init__(
        self,
        axis: Any = -1,
        mean: Any = None,
        variance: Any = None,
        invert: bool = False,
        **options: Any,
    ) -> None:
        axes = () if axis is None else axis if isinstance(axis, list | tuple) else (axis,)
        for one in axes:
            if isinstance(one, bool) or not isinstance(one, int | np.integer):
                raise TypeError(
                    "Expected axis to be a whole number, a list of them, or None. "
                    f"Received: axis={shown(axis)}"
                )
        if (mean is None) != (variance is None):
            raise ValueError(
                "Expected both of mean and variance, or none. "
                f"Received: mean={shown(mean)}, variance={shown(variance)}"
            )
        if mean is not None:
            mean, variance = numeric(mean, "mean"), numeric(variance, "variance")
            as_numbers(mean, "mean", "float32"), as_numbers(variance, "variance", "float32")
            if mean.shape != variance.shape or mean.ndim > len(axes):
                raise ValueError(
                    f"Expected mean and variance of one shape, with at most {len(axes)} axes. "
                    f"Received: mean.shape={mean.shape}, variance.shape={variance.shape}"
                )
            if (variance < 0).any():
                raise ValueError(
                    f"Expected variance ≥ 0. Received: variance with {variance.min():g}"
                )
        self.invert = checked_flag("invert", invert)
        super().__init__(**options)
        self.axis = tuple(int(one) for one in axes)
        self.input_mean, self.input_variance = mean, variance

    @property
    def stage(self) -> str:  # type: ignore[override]
        """What the kernels do."""
        return "inverse" if self.invert else "normalization"

    def _kept(self, input_shape: Shape) -> tuple[int, ...]:
        """The axes that have a mean for each position, in order."""
        ndim = len(input_shape)
        for one in self.axis:
            if not -ndim <= one < ndim or one % ndim == 0:
                raise ValueError(
                    f"Expected axis of layer {self.name!r} to be one of the inputs' axes, other "
                    f"than that of the rows. Received: axis={one} for shape={tuple(input_shape)}"
                )
        return tuple(sorted(one % ndim for one in self.axis))

    def build(self, input_shape: Shape) -> None:
        """Make mean 0 and variance 1, unless they were given."""
        kept = self._kept(input_shape)
        if self.built:
            return
        sizes = cast(tuple[int, ...], tuple(input_shape))
        self._broadcast = [1 if d not in kept else sizes[d] for d in range(len(sizes))]
        if self.input_mean is None:
            shape = [sizes[d] for d in kept]
            self.weights = [
                Variable(np.zeros(shape, self.dtype), "mean", self.name, False),
                Variable(np.ones(shape, self.dtype), "variance", self.name, False),
                Variable(np.zeros((), np.int64), "count", self.name, False),
            ]
        self._built_for = sizes
        self.built = True

    @property
    def trainable(self) -> bool:
        """As in other layers; the statistics are no weights that training would change."""
        return self._trainable

    @trainable.setter
    def trainable(self, value: Any) -> None:
        self._trainable = checked_flag("trainable", value)

    def adapt(self, data: Any) -> None:
        """Take mean and variance from data: an array, or an iterable of batches.

        Raises
        ------
        ValueError, TypeError
            If the data do not fit, or are not finite numbers.  The layer stays as it was.
        """
        if self.input_mean is not None:
            raise ValueError(
                f"Expected layer {self.name!r} without mean and variance of its own. "
                "Received: adapt() of a layer that was given them"
            )
        if hasattr(data, "shape") or hasattr(data, "to_numpy"):
            array = numeric(data, "data")
            as_numbers(array, "data", self.dtype)
            self._begin(array.shape)
            reduced = self._reduced(array)
            mean, variance = np.mean(array, axis=reduced), np.var(array, axis=reduced)
        else:
            mean, variance = self._of_batches(data)
        for weight, values in zip(self.weights, (mean, variance), strict=False):
            weight.assign(values)

    def _begin(self, shape: tuple[int, ...]) -> None:
        if not self.built:
            self.build((None, *shape[1:]))
        self.compute_output_shape((None, *shape[1:]))
        if 0 in shape:
            raise ValueError(f"Expected at least one row in data. Received: data.shape={shape}")

    def _reduced(self, array: Array) -> tuple[int, ...]:
        kept = self._kept(array.shape)
        return tuple(d for d in range(array.ndim) if d not in kept)

    def _of_batches(self, batches: Any) -> tuple[Any, Any]:
        """Mean and variance of all rows of an iterable of batches."""
        moments = Moments()
        for number, batch in enumerate(batches):
            told = f"batch {number} of data"
            batch = numeric(batch[0] if isinstance(batch, tuple) else batch, told)
            self._begin(batch.shape)
            moments.add(as_numbers(batch, told, self.dtype), self._kept(batch.shape))
        if not moments.count:
            raise ValueError("Expected at least one batch in data. Received: none")
        return moments.mean, moments.variance

    def _statistics(self) -> tuple[Array, Array]:
        """Mean and variance, with axes of 1 where one stands for many."""
        if self.input_mean is None:
            mean, variance = (w.array for w in self.weights[:2])
            return mean.reshape(self._broadcast), variance.reshape(self._broadcast)
        shape, kept = [1] * len(self._broadcast), self._kept(self._built_for)
        for i in range(1, self.input_mean.ndim + 1):
            shape[kept[-i]] = self.input_mean.shape[-i]
        mean, variance = (
            np.broadcast_to(
                v.reshape(shape if self.input_mean.ndim else [1] * len(shape)), self._broadcast
            )
            for v in (self.input_mean, self.input_variance)
        )
        return mean.astype(self.dtype), variance.astype(self.dtype)

    @property
    def mean(self) -> Array:
        """The mean that is subtracted, with axes of 1 where one stands for many."""
        return self._known()[0]

    @property
    def variance(self) -> Array:
        """The variance that is divided by the root of, with axes as in `mean`."""
        return self._known()[1]

    def _known(self) -> tuple[Array, Array]:
        if not self.built:
            raise ValueError(
                f"Expected layer {self.name!r} to be built: adapt it, or call it on data. "
                "Received: one without mean and variance"
            )
        return self._statistics()

    def mean_and_spread(self) -> tuple[Array, Array]:
        """Mean and max(√variance, ε), with axes of 1 where one stands for many."""
        mean, variance = self._statistics()
        return mean, np.maximum(np.sqrt(variance), variance.dtype.type(EPSILON))

    def constants(self) -> tuple[Array, Array]:
        """Mean and spread of every position of a row, for the kernels."""
        shape = self._built_for[1:]
        mean, spread = (np.broadcast_to(v[0], shape).reshape(-1) for v in self.mean_and_spread())
        return mean, spread

    def compute_output_shape(self, input_shape: Shape) -> Shape:
        """That of the input."""
        if self.built and tuple(input_shape[1:]) != self._built_for[1:]:
            raise ValueError(
                f"Expected inputs of shape {self._built_for} for layer {self.name!r}. "
                f"Received: shape={tuple(input_shape)}"
            )
        return input_shape

    def call(self, inputs: Array) -> Array:
        """(x − mean) / spread, or the inverse."""
        mean, spread = self.mean_and_spread()
        return np.asarray(mean + inputs * spread if self.invert else (inputs - mean) / spread)

    def get_config(self) -> dict[str, Any]:
        """The arguments that make such a layer, in Keras's form."""
        given = self.input_mean is not None
        return {
            **super().get_config(),
            "axis": self.axis,
            "invert": self.invert,
            "mean": self.input_mean.tolist() if given else None,
            "variance": self.input_variance.tolist() if given else None,
        }
