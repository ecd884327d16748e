"""Input: says how many features a row has.

Keras: ``keras.Input``, ``keras.layers.InputLayer``.
"""

from __future__ import annotations

from typing import Any

from engine.checks.shown import shown
from engine.layers.layer import Array, Layer, checked_input_shape
from engine.layers.tensor import KerasTensor, Shape
from engine.naming import automatic_name


class InputLayer(Layer):
    """The start of a chain; it passes rows of ``shape[0]`` numbers on, or of several axes."""

    def __init__(
        self,
        shape: Any = None,
        batch_size: int | None = None,
        dtype: Any = None,
        name: str | None = None,
        *,
        batch_shape: Any = None,
        sparse: bool = False,
        ragged: bool = False,
        optional: bool = False,
    ) -> None:
        if batch_shape is not None:
            if shape is not None:
                raise ValueError(
                    "Expected shape or batch_shape, not both. "
                    f"Received: shape={shown(shape)}, batch_shape={shown(batch_shape)}"
                )
            expected = (
                "Expected batch_shape=(None, features), or (None, …) with several axes. "
                f"Received: batch_shape={shown(batch_shape)}"
            )
            if not isinstance(batch_shape, list | tuple):
                raise TypeError(expected)
            if len(batch_shape) < 2 or batch_shape[0] is not None:
                raise ValueError(expected)
            shape = batch_shape[1:]
        if shape is None:
            raise ValueError("Expected shape=(features,). Received: shape=None")
        if batch_size is not None:
            raise ValueError(
                "Expected a free batch size: the engine's kernels take any. "
                f"Received: batch_size={shown(batch_size)}"
            )
        for option, value in {"sparse": sparse, "ragged": ragged, "optional": optional}.items():
            if value:
                raise ValueError(
                    f"Expected {option}=False: the engine reads dense arrays. "
                    f"Received: {option}={shown(value)}"
                )
        features = checked_input_shape(shape, "shape")
        super().__init__(name=name, dtype=dtype)
        self.batch_shape: Shape = (None, *features)
        self.built = True
        self.output = KerasTensor(
            self.batch_shape, self.dtype, self, None, automatic_name("KerasTensor")
        )
        self.input = self.output

    def build(self, input_shape: Shape) -> None:
        """Nothing to do: there are no weights."""

    def compute_output_shape(self, input_shape: Shape) -> Shape:
        """The declared shape."""
        return self.batch_shape

    def call(self, inputs: Array) -> Array:
        """The rows as they are."""
        return inputs

    def get_config(self) -> dict[str, Any]:
        """The arguments that make such a layer, in Keras's form."""
        return {
            "batch_shape": self.batch_shape,
            "dtype": self.dtype,
            "sparse": False,
            "ragged": False,
            "name": self.name,
            "optional": False,
        }


def Input(
    shape: Any = None,
    batch_size: int | None = None,
    dtype: Any = None,
    sparse: bool = False,
    batch_shape: Any = None,
    name: str | None = None,
    tensor: Any = None,
    optional: bool = False,
) -> KerasTensor:
    """A symbolic row of ``shape[0]`` numbers, or of several axes: the start of a functional model.

    Raises
    ------
    ValueError
        If `shape` is not ``(features,)``, or several whole numbers ≥ 1.

    >>> Input(shape=(4,)).shape
    (None, 4)
    """
    if tensor is not None:
        raise ValueError(f"Expected tensor=None. Received: tensor={shown(tensor)}")
    layer = InputLayer(
        shape,
        batch_size,
        dtype,
        name,
        batch_shape=batch_shape,
        sparse=sparse,
        optional=optional,
    )
    assert layer.output is not None
    return layer.output
