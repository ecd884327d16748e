"""One training step in plain NumPy: forward, loss, backward, update.

    forward    z = x·W + b,  a = activation(z),  layer by layer
    loss       mean over the rows of weight·value, plus the penalties on weights
    backward   dz from da, then dW = xᵀ·dz, db = Σ dz, dx = dz·Wᵀ, from the last layer to the first;
               each penalty's gradient joins that of its weight
    update     the optimizer's formula

Nothing here is compiled and the model is left as it is.  The compiled kernels are tested against
this file; this file is tested against finite differences, against examples worked by hand and
against Keras.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from engine import activations
from engine.activations.elu import d_elu
from engine.activations.leaky_relu import d_leaky_relu
from engine.activations.linear import d_linear
from engine.activations.relu import d_relu
from engine.activations.sigmoid import d_sigmoid
from engine.activations.softmax import d_softmax
from engine.activations.tanh import d_tanh
from engine.layers.dense import affine, d_affine
from engine.losses import (
    BinaryCrossentropy,
    CategoricalCrossentropy,
    Loss,
    MeanSquaredError,
    SparseCategoricalCrossentropy,
)
from engine.losses.binary_crossentropy import d_from_logits as d_binary_logits
from engine.losses.binary_crossentropy import d_from_probabilities as d_binary
from engine.losses.binary_crossentropy import from_logits as binary_logits
from engine.losses.binary_crossentropy import from_probabilities as binary
from engine.losses.categorical_crossentropy import d_from_logits as d_categorical_logits
from engine.losses.categorical_crossentropy import d_from_probabilities as d_categorical
from engine.losses.categorical_crossentropy import from_logits as categorical_logits
from engine.losses.categorical_crossentropy import from_probabilities as categorical
from engine.losses.mean_squared_error import d_squared, squared
from engine.losses.sparse_categorical_crossentropy import d_from_logits as d_sparse_logits
from engine.losses.sparse_categorical_crossentropy import d_from_probabilities as d_sparse
from engine.losses.sparse_categorical_crossentropy import from_logits as sparse_logits
from engine.losses.sparse_categorical_crossentropy import from_probabilities as sparse
from engine.models import Model
from engine.optimizers import Optimizer
from engine.optimizers.adam import Adam, blend, largest_yet, move, step_size
from engine.optimizers.sgd import SGD, descend, gather_momentum, look_ahead

Array = npt.NDArray[Any]

_GRADIENTS = {
    activations.linear: d_linear,
    activations.relu: d_relu,
    activations.leaky_relu: d_leaky_relu,
    activations.elu: d_elu,
    activations.sigmoid: d_sigmoid,
    activations.tanh: d_tanh,
    activations.softmax: d_softmax,
}
_FORMS: dict[type[Loss], Any] = {
    BinaryCrossentropy: (binary_logits, d_binary_logits, binary, d_binary),
    CategoricalCrossentropy: (
        categorical_logits,
        d_categorical_logits,
        categorical,
        d_categorical,
    ),
    SparseCategoricalCrossentropy: (sparse_logits, d_sparse_logits, sparse, d_sparse),
    MeanSquaredError: (squared, d_squared, squared, d_squared),
}


@dataclass
class LayerStep:
    """What one layer did; shapes: x (rows, inputs), z and a (rows, units), W (inputs, units).

    `da` is None in a last layer whose loss works on the logits.  `d_kernel` and `d_bias` contain
    the gradients of the penalties.
    """

    name: str
    x: Array
    z: Array
    a: Array
    da: Array | None
    dz: Array
    kernel: Array
    bias: Array | None
    d_kernel: Array
    d_bias: Array | None


@dataclass
class Step:
    """A whole step: the layers in order, the loss, and the weights and slots afterwards.

    `penalties` has a number for each weight that has a regularizer; the loss contains them.
    """

    layers: list[LayerStep]
    sample_losses: Array
    penalties: list[float]
    loss: float
    gradients: list[Array]
    weights: list[Array]
    slots: list[list[Array]]


def loss_and_gradient(
    loss: Loss, activation: Any, z: Array, a: Array, y: Array, weights: Array | None
) -> tuple[Array, bool, Array]:
    """The loss of each row; whether it works on z; and its gradient with respect to z or a.

    A crossentropy behind a sigmoid or softmax works on the logits z.
    """
    value_z, d_z, value_a, d_a = _FORMS[type(loss)]
    crossentropy = not isinstance(loss, MeanSquaredError)
    on_z = crossentropy and activation in (activations.sigmoid, activations.softmax)
    value, slope = (value_z, d_z) if on_z or loss.from_logits else (value_a, d_a)
    source = z if on_z else a
    targets = loss.smooth(y)
    rows = len(z)
    g = np.full((rows, 1), 1.0 / rows, z.dtype)
    if weights is not None:
        g = g * weights[:, np.newaxis]
    by_units = isinstance(loss, BinaryCrossentropy | MeanSquaredError)
    if by_units:
        values = np.mean(value(source, targets), axis=-1)
        g = g / z.dtype.type(z.shape[1])
    else:
        values = value(source, targets)
    gradient = slope(source, targets, g)
    return values, on_z, gradient


def penalty(regularizer: Any, w: Array) -> list[float]:
    """What a weight adds to the loss: one number if it has a regularizer."""
    return [] if regularizer is None else [float(regularizer(w))]


def with_penalty(regularizer: Any, w: Array, dw: Array) -> Array:
    """The gradient of a weight, its penalty's included."""
    return dw if regularizer is None else np.asarray(dw + regularizer.gradient(w))


def _updated(optimizer: Any, w: Array, g: Array, slots: list[Array], t: int) -> Any:
    """The weight and its slots after one step of `optimizer`."""
    number = w.dtype.type
    # Not optimizer.learning_rate: of a schedule, a training step has other last bits.
    rate = Optimizer.rates(optimizer, t - 1, 1, str(w.dtype))[0]
    if isinstance(optimizer, SGD):
        alpha, mu = rate, number(optimizer.momentum)
        if not optimizer.momentum:
            return descend(w, g, alpha), []
        m = gather_momentum(slots[0], g, alpha, mu)
        return (look_ahead(w, m, g, alpha, mu) if optimizer.nesterov else w + m), [m]
    assert isinstance(optimizer, Adam)
    share_1, share_2, epsilon = (number(h) for h in optimizer.hyperparameters)
    powers = number(optimizer.beta_1) ** number(t), number(optimizer.beta_2) ** number(t)
    alpha = step_size(rate, *powers)
    m, v = blend(slots[0], g, share_1), blend(slots[1], g * g, share_2)
    new = [m, v]
    if optimizer.amsgrad:
        v = largest_yet(slots[2], v)
        new.append(v)
    return move(w, m, v, alpha, epsilon), new


def step(model: Model, x: Any, y: Any, sample_weight: Any = None) -> Step:
    """One training step of a compiled, built model on one batch; the model stays as it is.

    Raises
    ------
    ValueError, TypeError
        If the model is not compiled or built, or the data do not fit it.
    """
    rows = model._rows(x, y, sample_weight)
    program = model._require_built()._program()
    loss, optimizer = model._loss, model.optimizer
    assert loss is not None and optimizer is not None

    # Forward.
    layers: list[dict[str, Any]] = []
    a = rows.x
    for layer in model._dense_layers():
        kernel = layer.kernel.numpy()
        bias = None if layer.bias is None else layer.bias.numpy()
        z = affine(a, kernel, bias)
        layers.append({"layer": layer, "x": a, "z": z, "kernel": kernel, "bias": bias})
        a = layers[-1]["a"] = layer.activation(z)

    # Loss.
    last = layers[-1]
    values, on_z, gradient = loss_and_gradient(
        loss, last["layer"].activation, last["z"], last["a"], rows.y, rows.weights
    )
    if rows.weights is not None:
        values = values * rows.weights
    penalties = []
    for part in layers:
        penalties += penalty(part["layer"].kernel_regularizer, part["kernel"])
        if part["bias"] is not None:
            penalties += penalty(part["layer"].bias_regularizer, part["bias"])
    total = float(np.mean(values)) + sum(penalties)

    # Backward.
    steps: list[LayerStep] = []
    da: Array | None = None if on_z else gradient
    for part in reversed(layers):
        d_activation = _GRADIENTS[part["layer"].activation]
        dz = gradient if da is None else d_activation(part["a"], da)
        dx, d_kernel, d_bias = d_affine(part["x"], part["kernel"], dz)
        d_kernel = with_penalty(part["layer"].kernel_regularizer, part["kernel"], d_kernel)
        if part["bias"] is not None:
            d_bias = with_penalty(part["layer"].bias_regularizer, part["bias"], d_bias)
        steps.insert(
            0,
            LayerStep(
                part["layer"].name,
                part["x"],
                part["z"],
                part["a"],
                da,
                dz,
                part["kernel"],
                part["bias"],
                d_kernel,
                None if part["bias"] is None else d_bias,
            ),
        )
        da = dx

    # Update.
    gradients = [
        g for s in steps for g in ([s.d_kernel] if s.d_bias is None else [s.d_kernel, s.d_bias])
    ]
    optimizer.build(program.variables)
    weights, slots, place = [], [], 0
    for variable, g in zip(program.variables, gradients, strict=True):
        old = [slot[place : place + g.size].reshape(g.shape) for slot in optimizer.slots]
        w, new = _updated(optimizer, variable.numpy(), g, old, optimizer.iterations + 1)
        weights.append(w)
        slots.append(new)
        place += g.size
    return Step(steps, values, penalties, total, gradients, weights, slots)
