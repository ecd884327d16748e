"""The densely connected layer.

    z  = x·W + b,   a = activation(z)
    dW = xᵀ·dz,     db = Σ over the rows dz,     dx = dz·Wᵀ

units (N), kernel (W), bias (b).

Shapes
    x ``(rows, inputs)``, W ``(inputs, units)``, b ``(units,)``, z and a ``(rows, units)``.

This file is the readable statement; :mod:`engine.kernels.dense` is the compiled one.

Keras: ``keras.layers.Dense``.
"""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np

from engine import activations, initializers, regularizers
from engine.checks.numeric import numeric
from engine.checks.shown import shown
from engine.layers.layer import Array, Layer, checked_input_shape
from engine.layers.tensor import Shape
from engine.variable import Variable

_FIXED = (
    "units",
    "activation",
    "use_bias",
    "kernel_regularizer",
    "bias_regularizer",
    "activity_regularizer",
)


def affine(x: Array, kernel: Array, bias: Array | None) -> Array:
    """Z = x·W + b."""
    z = x @ kernel
    return z if bias is None else z + bias


def d_affine(x: Array, kernel: Array, dz: Array) -> tuple[Array, Array, Array]:
    """(dx, dW, db) = (dz·Wᵀ, xᵀ·dz, Σ dz)."""
    return dz @ kernel.T, x.T @ dz, dz.sum(axis=0)


def _initializer(argument: str, identifier: Any) -> Any:
    expected = (
        f"Expected {argument} to be a name as glorot_uniform, he_normal or zeros, or an object of "
        "engine.initializers. Received: "
    )
    if identifier is None:
        raise TypeError(f"{expected}{argument}=None")
    try:
        return initializers.get(identifier)
    except (TypeError, ValueError) as error:
        raise type(error)(f"{expected}{argument}={shown(identifier)}") from None


def _regularizer(argument: str, identifier: Any) -> Any:
    try:
        return regularizers.get(identifier)
    except (TypeError, ValueError) as error:
        raise type(error)(
            f"Expected {argument} to be l1, l2, l1l2, an object of engine.regularizers or None. "
            f"Received: {argument}={shown(identifier)}"
        ) from None


class Dense(Layer):
    """A layer in which every unit reads every input.

    Parameters
    ----------
    units
        How many units, ≥ 1.
    activation
        A name or function of :mod:`engine.activations`; None is the identity.
    use_bias
        Whether b exists.
    kernel_initializer, bias_initializer
        Names or objects of :mod:`engine.initializers`; they draw their seeds here and now.
    kernel_regularizer, bias_regularizer
        Names or objects of :mod:`engine.regularizers`; their penalties join the loss.
    activity_regularizer
        The same for the activations a: the penalty on those of a batch, divided by its rows.
    input_shape, input_dim
        As in older tutorials: how many features the first layer of a Sequential reads.

    Raises
    ------
    ValueError, TypeError
        If an argument is none of these.

    Examples
    --------
    >>> layer = Dense(3, activation="relu")
    >>> layer.build((None, 4))
    >>> layer.count_params()
    15
    """

    def __init__(
        self,
        units: int,
        activation: Any = None,
        use_bias: bool = True,
        kernel_initializer: Any = "glorot_uniform",
        bias_initializer: Any = "zeros",
        kernel_regularizer: Any = None,
        bias_regularizer: Any = None,
        activity_regularizer: Any = None,
        kernel_constraint: Any = None,
        bias_constraint: Any = None,
        lora_rank: Any = None,
        *,
        quantization_config: Any = None,
        input_shape: Any = None,
        input_dim: Any = None,
        name: str | None = None,
        trainable: bool = True,
        dtype: Any = None,
    ) -> None:
        expected = f"Expected units to be a whole number ≥ 1. Received: units={shown(units)}"
        if isinstance(units, bool) or not isinstance(units, int | np.integer):
            raise TypeError(expected)
        if units < 1:
            raise ValueError(expected)
        if not isinstance(use_bias, bool):
            raise TypeError(
                f"Expected use_bias to be True or False. Received: use_bias={shown(use_bias)}"
            )
        for option, value in {
            "kernel_constraint": kernel_constraint,
            "bias_constraint": bias_constraint,
            "lora_rank": lora_rank,
            "quantization_config": quantization_config,
        }.items():
            if value is not None:
                raise ValueError(
                    f"Expected {option}=None: the engine does not have this option yet. "
                    f"Received: {option}={shown(value)}"
                )
        self.activation = activations.get(activation)
        if units == 1 and self.activation is activations.softmax:
            warnings.warn(
                "Expected a sigmoid for one unit: the softmax of a single number is always 1. "
                f"Received: units=1, activation={activation!r}",
                stacklevel=2,
            )
        if input_dim is not None:
            if input_shape is not None:
                raise ValueError(
                    "Expected input_shape or input_dim, not both. "
                    f"Received: input_shape={shown(input_shape)}, input_dim={shown(input_dim)}"
                )
            input_shape = checked_input_shape(input_dim, "input_dim")
        penalties = (
            _regularizer("kernel_regularizer", kernel_regularizer),
            _regularizer("bias_regularizer", bias_regularizer),
            _regularizer("activity_regularizer", activity_regularizer),
        )
        kernel = _initializer("kernel_initializer", kernel_initializer)
        bias = _initializer("bias_initializer", bias_initializer)
        super().__init__(name=name, trainable=trainable, dtype=dtype, input_shape=input_shape)
        self.units = int(units)
        self.use_bias = use_bias
        self.kernel_initializer, self.bias_initializer = kernel, bias
        self.kernel_regularizer, self.bias_regularizer, self.activity_regularizer = penalties

    def __setattr__(self, name: str, value: Any) -> None:
        """Refuse what would have no effect: kernels and weights are laid out for what is there."""
        if name in _FIXED and name in vars(self):
            raise AttributeError(
                f"Expected {name} to stay as it is: make a new layer for another one. "
                f"Received: {name}={shown(value)}"
            )
        super().__setattr__(name, value)

    @property
    def kernel(self) -> Variable:
        """W, once the layer is built."""
        return self._weight("kernel")

    @property
    def bias(self) -> Variable | None:
        """The vector b, once the layer is built; None without a bias."""
        return self._weight("bias") if self.use_bias else None

    def _weight(self, name: str) -> Variable:
        for weight in self.weights:
            if weight.name == name:
                return weight
        raise AttributeError(
            f"Expected a built layer. Received: layer {self.name!r}, which has no {name} yet"
        )

    @property
    def losses(self) -> list[Any]:
        """The penalties on W and b, of those that are trained and have a regularizer."""
        weights = self.trainable_weights
        pairs = [(w, getattr(self, f"{w.name}_regularizer")) for w in weights]
        return [regularizer(w.array) for w, regularizer in pairs if regularizer is not None]

    def compute_output_shape(self, input_shape: Shape) -> Shape:
        """(rows, units) for (rows, inputs)."""
        if len(input_shape) != 2 or input_shape[1] is None:
            raise ValueError(
                f"Expected inputs of shape (rows, features) for layer {self.name!r}; a Flatten "
                "before it makes rows of several axes into that. "
                f"Received: shape={tuple(input_shape)}"
            )
        if self.built and input_shape[1] != self.kernel.shape[0]:
            raise ValueError(
                f"Expected inputs with {self.kernel.shape[0]} features for layer {self.name!r}. "
                f"Received: shape={tuple(input_shape)}"
            )
        return (input_shape[0], self.units)

    def build(self, input_shape: Shape) -> None:
        """Draw W and b for inputs of `input_shape`, kernel first."""
        if self.built:
            return
        self.compute_output_shape(input_shape)
        weights: list[tuple[str, Shape, Any]] = [
            ("kernel", (input_shape[1], self.units), self.kernel_initializer)
        ]
        if self.use_bias:
            weights.append(("bias", (self.units,), self.bias_initializer))
        made = []
        for name, shape, initializer in weights:
            value = numeric(initializer(shape, dtype=self.dtype), f"{name}_initializer's result")
            if value.shape != shape:
                raise ValueError(
                    f"Expected the {name}_initializer of layer {self.name!r} to return an array "
                    f"of shape {shape}. Received: shape={value.shape}"
                )
            made.append(Variable(value.astype(self.dtype), name, self.name, self.trainable))
        self.weights = made
        self.built = True

    def call(self, inputs: Array) -> Array:
        """Activation(x·W + b)."""
        bias = None if self.bias is None else self.bias.array
        return np.asarray(self.activation(affine(inputs, self.kernel.array, bias)))

    def get_config(self) -> dict[str, Any]:
        """The arguments that make such a layer, in Keras's form."""
        # Keras writes this one only where there is one.
        activity = {}
        if self.activity_regularizer is not None:
            written = regularizers.serialize(self.activity_regularizer)
            activity = {"activity_regularizer": written}
        return {
            **super().get_config(),
            "units": self.units,
            "activation": activations.serialize(self.activation),
            "use_bias": self.use_bias,
            "kernel_initializer": initializers.serialize(self.kernel_initializer),
            "bias_initializer": initializers.serialize(self.bias_initializer),
            "kernel_regularizer": regularizers.serialize(self.kernel_regularizer),
            "bias_regularizer": regularizers.serialize(self.bias_regularizer),
            "kernel_constraint": None,
            "bias_constraint": None,
            "quantization_config": None,
            **activity,
        }
