"""Flatten: rows of several axes become rows of numbers.

    (rows, d₁, d₂, …) → (rows, d₁·d₂·…)

The last axis runs fastest; nothing is computed.

Keras: ``keras.layers.Flatten`` with ``data_format="channels_last"``.
"""

from __future__ import annotations

from math import prod
from typing import Any

from engine.checks.shown import shown
from engine.layers.layer import Array, Layer
from engine.layers.tensor import Shape


class Flatten(Layer):
    """Rows of several axes as rows of numbers.

    Examples
    --------
    >>> import numpy as np
    >>> Flatten()(np.zeros((5, 28, 28))).shape
    (5, 784)
    """

    def __init__(self, data_format: Any = None, **options: Any) -> None:
        if data_format not in (None, "channels_last"):
            raise ValueError(
                'Expected data_format to be "channels_last": the last axis runs fastest. '
                f"Received: data_format={shown(data_format)}"
            )
        super().__init__(**options)
        self.data_format = "channels_last"

    def build(self, input_shape: Shape) -> None:
        """Nothing to make."""
        self.compute_output_shape(input_shape)
        self.built = True

    def compute_output_shape(self, input_shape: Shape) -> Shape:
        """(rows, d₁·d₂·…)."""
        sizes = tuple(input_shape[1:])
        if any(size is None for size in sizes):
            raise ValueError(
                f"Expected inputs of known sizes for layer {self.name!r}. "
                f"Received: shape={tuple(input_shape)}"
            )
        return (input_shape[0], prod(size for size in sizes if size is not None))

    def call(self, inputs: Array) -> Array:
        """The same numbers in longer rows."""
        return inputs.reshape(len(inputs), -1)

    def get_config(self) -> dict[str, Any]:
        """The arguments that make such a layer, in Keras's form."""
        return {**super().get_config(), "data_format": self.data_format}
