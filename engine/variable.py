"""A weight: an array with a name that is trained in place."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from engine.checks.numeric import numeric


class Variable:
    """An array of fixed shape and type that a model trains.

    The numbers may live inside a model's flat buffer of parameters, where the kernels find them;
    reading gives a copy, writing goes through :meth:`assign`.

    Keras: ``keras.Variable``.
    """

    def __init__(self, value: npt.NDArray[Any], name: str, layer_name: str, trainable: bool):
        self.array = value
        self.name = name
        self.path = f"{layer_name}/{name}"
        self.trainable = trainable

    @property
    def shape(self) -> tuple[int, ...]:
        """The lengths of the axes."""
        return self.array.shape

    @property
    def size(self) -> int:
        """How many numbers there are."""
        return self.array.size

    @property
    def dtype(self) -> str:
        """The name of the type, "float32" as a rule."""
        return str(self.array.dtype)

    def numpy(self) -> npt.NDArray[Any]:
        """A copy of the numbers."""
        return self.array.copy()

    @property
    def value(self) -> npt.NDArray[Any]:
        """A copy of the numbers."""
        return self.numpy()

    def assign(self, value: Any) -> None:
        """Put other numbers of the same shape in place.

        Raises
        ------
        ValueError
            If the shape differs.
        TypeError
            If `value` is not numeric.
        """
        self.array[...] = self.checked(value)

    def checked(self, value: Any) -> npt.NDArray[Any]:
        """`value` as an array that can be assigned."""
        array = numeric(value, self.path)
        if array.shape != self.shape:
            raise ValueError(
                f"Expected an array of shape {self.shape} for {self.path}. "
                f"Received: shape={array.shape}"
            )
        with np.errstate(over="ignore"):
            result = array.astype(self.array.dtype)
        if (np.isinf(result) & np.isfinite(array)).any():
            raise ValueError(
                f"Expected numbers for {self.path} that fit {self.dtype}. "
                f"Received: {array[np.isinf(result)].flat[0]:g}"
            )
        return result

    def __array__(self, dtype: Any = None, copy: Any = None) -> npt.NDArray[Any]:
        return self.array.astype(dtype or self.array.dtype)

    def __repr__(self) -> str:
        return f"<Variable path={self.path}, shape={self.shape}, dtype={self.dtype}>"
