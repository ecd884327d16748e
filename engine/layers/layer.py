"""What all layers share: a name, weights, and being called on a tensor.

Keras: ``keras.layers.Layer``.
"""

from __future__ import annotations

from typing import Any, overload

import numpy as np
import numpy.typing as npt

from engine import config
from engine.checks.from_config import from_config
from engine.checks.numeric import numeric
from engine.checks.shown import shown
from engine.layers.tensor import KerasTensor, Shape
from engine.naming import automatic_name, checked_name
from engine.variable import Variable

Array = npt.NDArray[Any]


def checked_input_shape(shape: Any, argument: str) -> tuple[int, ...]:
    """`shape` without the batch as whole numbers ≥ 1: (features,), or (28, 28) before a Flatten."""
    expected = (
        f"Expected {argument}=(features,), or whole numbers ≥ 1 for several axes. "
        f"Received: {argument}={shown(shape)}"
    )
    sizes = tuple(shape) if isinstance(shape, list | tuple | np.ndarray) else (shape,)
    if not sizes or any(size is None for size in sizes):
        raise (TypeError if shape is None else ValueError)(expected)
    for size in sizes:
        if isinstance(size, bool) or not isinstance(size, int | np.integer):
            raise TypeError(expected)
        if size < 1:
            raise ValueError(expected)
    return tuple(int(size) for size in sizes)


def dtype_name(dtype: Any) -> str:
    """Return "float32" or "float64" for a name, a NumPy type or what Keras writes."""
    if dtype is None:
        return config.floatx()
    if isinstance(dtype, dict) and isinstance(dtype.get("config"), dict):
        dtype = dtype["config"].get("name")
    name = dtype if isinstance(dtype, str) else getattr(dtype, "__name__", str(dtype))
    if name not in ("float32", "float64"):
        raise ValueError(
            f'Expected dtype to be "float32" or "float64". Received: dtype={shown(dtype)}'
        )
    return name


def checked_flag(name: str, value: Any) -> bool:
    """`value`, if it is True or False."""
    if not isinstance(value, bool | np.bool_):
        raise TypeError(f"Expected {name} to be True or False. Received: {name}={shown(value)}")
    return bool(value)


class Layer:
    """Base of all layers.

    Attributes
    ----------
    name
        Unique within a model; made from the class when not given.
    built
        Whether the weights exist.
    trainable
        Whether training changes the weights; setting it to False freezes them, and the optimizer
        has nothing to do with them.
    """

    stage: str | None = None
    """What the kernels do for a layer without trained weights (:mod:`engine.kernels.stages`)."""

    def __init__(
        self,
        *,
        name: str | None = None,
        trainable: bool = True,
        dtype: Any = None,
        input_shape: Any = None,
    ):
        self._trainable = checked_flag("trainable", trainable)
        self.declared_input_shape: tuple[int, ...] | None = None
        if input_shape is not None:
            self.declared_input_shape = checked_input_shape(input_shape, "input_shape")
        self.dtype = dtype_name(dtype)
        self.name = checked_name(name, type(self).__name__)
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
                "Expected a layer of a built model. "
                f"Received: layer {self.name!r}, which has no input yet"
            )
        return tensor

    def constants(self) -> tuple[Any, Any]:
        """The two numbers, or rows of numbers, that the kernels' formula for `stage` reads."""
        raise NotImplementedError(f"{type(self).__name__} has no stage")

    # --- weights ------------------------------------------------------------------------------

    def build(self, input_shape: Shape) -> None:
        """Make the weights for inputs of `input_shape`; do nothing if they exist."""
        raise NotImplementedError

    @property
    def trainable_weights(self) -> list[Variable]:
        """The weights that training changes."""
        return [w for w in self.weights if w.trainable]

    @property
    def non_trainable_weights(self) -> list[Variable]:
        """The weights that training leaves alone."""
        return [w for w in self.weights if not w.trainable]

    @property
    def variables(self) -> list[Variable]:
        """All weights."""
        return self.weights

    @property
    def trainable_variables(self) -> list[Variable]:
        """The weights that training changes."""
        return self.trainable_weights

    @property
    def non_trainable_variables(self) -> list[Variable]:
        """The weights that training leaves alone."""
        return self.non_trainable_weights

    @property
    def trainable(self) -> bool:
        """Whether training changes the weights."""
        return self._trainable

    @trainable.setter
    def trainable(self, value: Any) -> None:
        self._trainable = checked_flag("trainable", value)
        for weight in self.weights:
            weight.trainable = self._trainable

    @property
    def losses(self) -> list[Any]:
        """The penalties that the layer adds to the loss."""
        return []

    def count_params(self) -> int:
        """How many numbers the weights hold.

        Raises
        ------
        ValueError
            If the layer is not built.
        """
        if not self.built:
            raise ValueError(
                "Expected a built layer: give the model an Input, or call build(). "
                f"Received: layer {self.name!r} without weights"
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

    @overload
    def __call__(self, inputs: KerasTensor) -> KerasTensor: ...
    @overload
    def __call__(self, inputs: Any) -> Array: ...
    def __call__(self, inputs: Any) -> Any:
        """A tensor for a tensor, an array for an array of rows."""
        if isinstance(inputs, KerasTensor):
            # The start of a chain fits all types.
            if inputs.source is not None and inputs.dtype != self.dtype:
                raise TypeError(
                    "Expected all layers of a model to have one dtype. Received: "
                    f"dtype={self.dtype} for layer {self.name!r} after {inputs.dtype}"
                )
            if not self.built:
                self.build(inputs.shape)
            shape = self.compute_output_shape(inputs.shape)
            output = KerasTensor(shape, self.dtype, self, inputs, automatic_name("KerasTensor"))
            self.input, self.output = inputs, output
            return output
        if isinstance(inputs, list | tuple) and any(isinstance(i, KerasTensor) for i in inputs):
            raise ValueError(
                f"Expected one tensor as inputs of layer {self.name!r}: models are chains of "
                f"layers. Received: {len(inputs)} inputs"
            )
        array = numeric(inputs, "inputs")
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
        return from_config(cls, config)

    def __repr__(self) -> str:
        return f"<{type(self).__name__} name={self.name}, built={self.built}>"


def assign_all(variables: list[Variable], weights: Any, owner: str) -> None:
    """Assign a list of arrays to `variables`, after all of them were checked."""
    if not isinstance(weights, list | tuple | np.ndarray):
        raise TypeError(
            f"Expected weights of {owner!r} to be a list of arrays. "
            f"Received: weights of type {type(weights).__name__}"
        )
    if len(weights) != len(variables):
        raise ValueError(
            f"Expected {len(variables)} arrays in weights of {owner!r}, of shapes "
            f"{shown([v.shape for v in variables])}. Received: {len(weights)} arrays"
        )
    checked = [_checked(v, w, i) for i, (v, w) in enumerate(zip(variables, weights, strict=True))]
    for variable, value in zip(variables, checked, strict=True):
        variable.assign(value)


def _checked(variable: Variable, weight: Any, index: int) -> Array:
    """`weight` as an array of the variable's type; NaN and infinity stay what they are."""
    array = numeric(weight, f"weights[{index}]")
    if array.shape != variable.shape:
        raise ValueError(
            f"Expected weights[{index}] of shape {variable.shape}, for {variable.path}. "
            f"Received: weights[{index}].shape={array.shape}"
        )
    with np.errstate(over="ignore"):
        result = array.astype(variable.dtype)
    too_large = np.isinf(result) & np.isfinite(array)
    if too_large.any():
        raise ValueError(
            f"Expected weights[{index}] to fit into {variable.dtype}, for {variable.path}. "
            f"Received: {array[too_large][0]:g}"
        )
    return result
