"""What all layers share: a name, weights, and being called on a tensor.

Keras: ``keras.layers.Layer``.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from engine import config
from engine.layers.tensor import KerasTensor, Shape
from engine.naming import automatic_name, checked_name
from engine.variable import Variable

Array = npt.NDArray[Any]


def checked_input_shape(shape: Any, argument: str) -> tuple[int]:
    """`shape` as (features,): the engine's layers read rows of numbers."""
    if isinstance(shape, bool):
        raise TypeError(f"Expected {argument}=(features,). Received: {argument}={shape!r}")
    sizes = (shape,) if isinstance(shape, int | np.integer) else shape
    try:
        sizes = tuple(sizes)
    except TypeError:
        raise TypeError(f"Expected {argument}=(features,). Received: {argument}={shape!r}") from None
    whole = all(isinstance(n, int | np.integer) and not isinstance(n, bool) for n in sizes)
    if len(sizes) != 1 or not whole or sizes[0] < 1:
        raise ValueError(
            f"Expected {argument}=(features,), one whole number ≥ 1. Received: {argument}={shape!r}"
        )
    return (int(sizes[0]),)


def dtype_name(dtype: Any) -> str:
    """ "float32" or "float64" from a name, a NumPy type or what Keras writes into a config."""
    if dtype is None:
        return config.floatx()
    if isinstance(dtype, dict) and isinstance(dtype.get("config"), dict):
        dtype = dtype["config"].get("name")
    name = dtype if isinstance(dtype, str) else getattr(dtype, "__name__", str(dtype))
    if name not in ("float32", "float64"):
        raise ValueError(f'Expected dtype to be "float32" or "float64". Received: dtype={dtype!r}')
    return name


class Layer:
    """Base of all layers.

    Attributes
    ----------
    name
        Unique within a model; made from the class when not given.
    built
        Whether the weights exist.
    trainable
        Always True: frozen layers are not supported yet.
    """

    def __init__(self, *, name: str | None = None, trainable: bool = True, dtype: Any = None):
        if trainable is not True:
            raise ValueError(
                "Expected trainable=True: the engine cannot freeze layers yet. "
                f"Received: trainable={trainable!r}"
            )
        self.dtype = dtype_name(dtype)
        self.name = checked_name(name, type(self).__name__)
        self.trainable = True
        self.built = False
        self.weights: list[Variable] = []
        self.input: KerasTensor | None = None
        self.output: KerasTensor | None = None

    # --- shapes -------------------------------------------------------------------------------

    def compute_output_shape(self, input_shape: Shape) -> Shape:
        """The output's shape for an input of `input_shape`."""
        raise NotImplementedError

    @property
    def input_shape(self) -> Shape:
        """(None, features) of the input.

        Raises
        ------
        AttributeError
            If the layer has not been called on anything yet.
        """
        return self._connected(self.input).shape

    @property
    def output_shape(self) -> Shape:
        """(None, units) of the output."""
        return self._connected(self.output).shape

    def _connected(self, tensor: KerasTensor | None) -> KerasTensor:
        if tensor is None:
            raise AttributeError(
                f"Expected layer {self.name!r} to be part of a built model: it has no input yet"
            )
        return tensor

    # --- weights ------------------------------------------------------------------------------

    def build(self, input_shape: Shape) -> None:
        """Make the weights for inputs of `input_shape`; do nothing if they exist."""
        raise NotImplementedError

    @property
    def trainable_weights(self) -> list[Variable]:
        """The weights that training changes."""
        return self.weights

    @property
    def non_trainable_weights(self) -> list[Variable]:
        """The weights that training leaves alone: none."""
        return []

    variables = property(lambda self: self.weights)
    trainable_variables = property(lambda self: self.trainable_weights)

    def count_params(self) -> int:
        """How many numbers the weights hold.

        Raises
        ------
        ValueError
            If the layer is not built.
        """
        if not self.built:
            raise ValueError(
                f"Expected a built layer: {self.name!r} has no weights before it knows its input. "
                "Give the model an Input, or call build()"
            )
        return sum(w.array.size for w in self.weights)

    def get_weights(self) -> list[Array]:
        """Copies of the weights, kernel before bias."""
        return [w.numpy() for w in self.weights]

    def set_weights(self, weights: Any) -> None:
        """Put other numbers of the same shapes in place; all of them, or none if one is wrong."""
        assign_all(self.weights, weights, self.name)

    # --- being called -------------------------------------------------------------------------

    def call(self, inputs: Array) -> Array:
        """The output for an array, by the readable formula."""
        raise NotImplementedError

    def __call__(self, inputs: Any) -> Any:
        if isinstance(inputs, KerasTensor):
            if not self.built:
                self.build(inputs.shape)
            shape = self.compute_output_shape(inputs.shape)
            output = KerasTensor(shape, self.dtype, self, inputs, automatic_name("KerasTensor"))
            self.input, self.output = inputs, output
            return output
        if isinstance(inputs, list | tuple) and any(isinstance(i, KerasTensor) for i in inputs):
            raise ValueError(
                f"Expected one input for layer {self.name!r}: models are chains of layers. "
                f"Received: {len(inputs)} inputs"
            )
        array = np.asarray(inputs)
        if array.dtype.kind not in "fiub":
            raise TypeError(
                f"Expected numbers for layer {self.name!r}. Received: {type(inputs).__name__} of "
                f"type {array.dtype}"
            )
        if not self.built:
            self.build(array.shape)
        self.compute_output_shape(array.shape)
        return self.call(array.astype(self.dtype))

    # --- configuration ------------------------------------------------------------------------

    def get_config(self) -> dict[str, Any]:
        """The arguments that make such a layer, in Keras's form."""
        policy = {
            "module": "keras",
            "class_name": "DTypePolicy",
            "config": {"name": self.dtype},
            "registered_name": None,
        }
        return {"name": self.name, "trainable": self.trainable, "dtype": policy}

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> Any:
        """A new layer from what :meth:`get_config` returned."""
        return cls(**config)

    def __repr__(self) -> str:
        return f"<{type(self).__name__} name={self.name}, built={self.built}>"


def assign_all(variables: list[Variable], weights: Any, owner: str) -> None:
    """Assign a list of arrays to `variables`, after all of them were checked."""
    weights = list(weights)
    if len(weights) != len(variables):
        raise ValueError(
            f"Expected {len(variables)} arrays for {owner!r}, of shapes "
            f"{[v.shape for v in variables]}. Received: {len(weights)} arrays"
        )
    checked = [v.checked(w) for v, w in zip(variables, weights, strict=True)]
    for variable, value in zip(variables, checked, strict=True):
        variable.assign(value)
