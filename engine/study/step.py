"""One training step in plain NumPy: forward, loss, backward, update.

    forward    z = x·W + b,  a = activation(z),  layer by layer; what stands between Dense layers
               (Dropout, Rescaling, Normalization) changes a before the next one reads it
    loss       mean over the rows of weight·value, plus the penalties on activations and weights
    backward   dz from da, then dW = xᵀ·dz, db = Σ dz, dx = dz·Wᵀ, from the last layer to the first;
               each penalty's gradient joins that of its activation or weight
    update     gradients clipped, weights decayed, the optimizer's formula, the moving average

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
from engine.kernels.stages import BACKWARD_FORMULAS, FORWARD_FORMULAS
from engine.layers.dense import Dense, affine, d_affine
from engine.layers.dropout import Dropout
from engine.layers.input import InputLayer
from engine.layers.layer import Layer
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
from engine.models.checked_model import checked_model
from engine.optimizers.adam import Adam, blend, largest_yet, move, step_size
from engine.optimizers.clipping import clipped_norm, clipped_value, global_scale, norm
from engine.optimizers.decay import decayed
from engine.optimizers.moving_average import averaged
from engine.optimizers.rmsprop import (
    RMSprop,
    centered_increment,
    gather_increments,
    increment,
    running_mean,
)
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
    """A whole step: the Dense layers in order, the loss, and the weights and slots afterwards.

    `penalties` has a number for each layer whose activations have a regularizer and for each
    trained weight that has one; the loss contains them.  `gradients` are those that the optimizer
    sees, of the trained weights; `weights`, `slots` and `averages` are those of all Dense layers.
    """

    layers: list[LayerStep]
    sample_losses: Array
    penalties: list[float]
    loss: float
    gradients: list[Array]
    weights: list[Array]
    slots: list[list[Array]]
    averages: list[Array]


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
    g = np.full((len(z), 1), 1.0 / divisor(loss, len(z), weights), z.dtype)
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


def divisor(loss: Loss, rows: int, weights: Array | None) -> float:
    """What the sum of the rows' losses is divided by."""
    if loss.reduction_form == "sum":
        return 1.0
    weighted = loss.reduction_form == "mean_with_sample_weight" and weights is not None
    return float(np.sum(weights)) if weighted else float(rows)  # type: ignore[arg-type]


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
    rate = optimizer.learning_rates(t - 1, 1, str(w.dtype))[0]
    if isinstance(optimizer, SGD):
        alpha, mu = rate, number(optimizer.momentum)
        if not optimizer.momentum:
            return descend(w, g, alpha), []
        m = gather_momentum(slots[0], g, alpha, mu)
        return (look_ahead(w, m, g, alpha, mu) if optimizer.nesterov else w + m), [m]
    if isinstance(optimizer, RMSprop):
        return _with_mean_squares(
            optimizer, w, g, rate, dict(zip(optimizer.slot_names, slots, strict=True))
        )
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


def _with_mean_squares(
    optimizer: RMSprop, w: Array, g: Array, alpha: Any, slots: dict[str, Array]
) -> Any:
    """RMSprop's step."""
    number = w.dtype.type
    rho, share, epsilon, mu = (number(h) for h in optimizer.hyperparameters)
    v = slots["velocity"] = running_mean(slots["velocity"], g * g, rho, share)
    if optimizer.centered:
        mean = slots["average_gradient"] = running_mean(slots["average_gradient"], g, rho, share)
        delta = centered_increment(g, v, mean, alpha, epsilon)
    else:
        delta = increment(g, v, alpha, epsilon)
    if optimizer.momentum:
        delta = slots["momentum"] = gather_increments(slots["momentum"], delta, mu)
    return w - delta, list(slots.values())


def _clipped(optimizer: Any, gradients: list[Array]) -> list[Array]:
    """The gradients as the optimizer sees them."""
    if optimizer.clipping is None:
        return gradients
    name, bound = optimizer.clipping
    c = gradients[0].dtype.type(bound)
    if name == "clipvalue":
        return [clipped_value(g, c) for g in gradients]
    squares = [np.sum(g * g) for g in gradients]
    if name == "clipnorm":
        return [clipped_norm(g, norm(s), c) for g, s in zip(gradients, squares, strict=True)]
    scale = global_scale(norm(np.sum(np.array(squares))), c)
    return [g * scale for g in gradients]


@dataclass
class _Part:
    """A layer in the chain: what it read, what it made, and how it was drawn."""

    layer: Layer
    x: Array
    a: Array
    z: Array | None = None
    mask: Array | None = None


def _through(layer: Layer, x: Array) -> _Part:
    """Forward through one layer, in training."""
    if isinstance(layer, Dense):
        z = affine(x, layer.kernel.numpy(), None if layer.bias is None else layer.bias.numpy())
        return _Part(layer, x, layer.activation(z), z)
    if isinstance(layer, Dropout) and layer.stage:
        state = layer.seed_generator.state  # the next step draws the same
        mask = layer.mask(x.shape)
        layer.seed_generator.state = state
        return _Part(layer, x, np.where(mask > 0, x * mask, x.dtype.type(0)), mask=mask)
    if layer.stage is None:
        return _Part(layer, x, x)
    return _Part(layer, x, FORWARD_FORMULAS[layer.stage](x, *layer.constants()))


def _back_through(part: _Part, da: Array) -> Array:
    """From the gradient of what a layer without trained weights made to that of what it read."""
    if part.mask is not None:
        return np.where(part.mask > 0, da, da.dtype.type(0)) * part.mask
    if part.layer.stage is None:
        return da
    result: Array = BACKWARD_FORMULAS[part.layer.stage](da, *part.layer.constants())
    return result


def step(model: Model, x: Any, y: Any, sample_weight: Any = None) -> Step:
    """One training step of a compiled, built model on one batch; the model stays as it is.

    Raises
    ------
    ValueError, TypeError
        If the model is not compiled or built, or the data do not fit it.
    """
    rows = checked_model(model)._rows(x, y, sample_weight)
    program = model._require_built()._program()
    loss, optimizer = model._loss, model.optimizer
    assert loss is not None and optimizer is not None

    # Forward.
    parts: list[_Part] = []
    a = rows.x
    for layer in model.layers:
        if not isinstance(layer, InputLayer):
            parts.append(_through(layer, a))
            a = parts[-1].a

    # Loss.
    last = next(part for part in reversed(parts) if part.z is not None)
    ends = all(part.layer.stage is None for part in parts[parts.index(last) + 1 :])
    activation = last.layer.activation if ends else None  # type: ignore[attr-defined]
    assert last.z is not None
    z = last.z if ends else a
    values, on_z, gradient = loss_and_gradient(loss, activation, z, a, rows.y, rows.weights)
    if rows.weights is not None:
        values = values * rows.weights
    count = rows.x.dtype.type(len(rows))
    dense = [part for part in parts if part.z is not None]
    penalties = []
    for part in dense:
        penalties += [p / count for p in penalty(_of(part, "activity"), part.a)]
    for part in dense:
        for weight in part.layer.trainable_weights:
            penalties += penalty(_of(part, weight.name), weight.array)
    reduced = float(np.sum(values)) / divisor(loss, len(rows), rows.weights)
    total = reduced + float(sum(penalties))

    # Backward.
    steps: list[LayerStep] = []
    da: Array | None = None if on_z else gradient
    for part in reversed(parts):
        if part.z is None:
            da = None if da is None else _back_through(part, da)
            continue
        regularizer, d_activation = _of(part, "activity"), _GRADIENTS[part.layer.activation]  # type: ignore[attr-defined]
        if da is not None:
            if regularizer is not None:
                da = da + regularizer.gradient(part.a) / count
            dz = d_activation(part.a, da)
        else:
            dz = gradient
            if regularizer is not None:
                dz = dz + d_activation(part.a, regularizer.gradient(part.a) / count)
        weights = {w.name: w for w in part.layer.weights}
        kernel, bias = weights["kernel"].numpy(), weights.get("bias")
        dx, d_kernel, d_bias = d_affine(part.x, kernel, dz)
        d_kernel = with_penalty(_of(part, "kernel"), kernel, d_kernel)
        if bias is not None:
            d_bias = with_penalty(_of(part, "bias"), bias.numpy(), d_bias)
        told = LayerStep(
            part.layer.name,
            part.x,
            part.z,
            part.a,
            da,
            dz,
            kernel,
            None if bias is None else bias.numpy(),
            d_kernel,
            None if bias is None else d_bias,
        )
        steps.insert(0, told)
        da = dx

    # Update.
    found = [
        g for s in steps for g in ([s.d_kernel] if s.d_bias is None else [s.d_kernel, s.d_bias])
    ]
    optimizer.build(program.variables)
    pairs = zip(program.variables, found, strict=True)
    gradients = _clipped(optimizer, [g for v, g in pairs if v.trainable])
    new_weights, slots, averages = [], [], []
    place, clipped = 0, iter(gradients)
    number = rows.x.dtype.type
    for variable in program.variables:
        stretch = slice(place, place + variable.size)
        old = [slot[stretch].reshape(variable.shape) for slot in optimizer.slots]
        w = variable.numpy()
        average = w if optimizer.average is None else optimizer.average[stretch].reshape(w.shape)
        place += variable.size
        if variable.trainable:
            if optimizer.decays(variable):
                (alpha,) = optimizer.learning_rates(optimizer.iterations, 1, str(w.dtype))
                w = decayed(w, number(optimizer.weight_decay or 0.0), alpha)
            w, old = _updated(optimizer, w, next(clipped), old, optimizer.iterations + 1)
            w, average = _averaged(optimizer, w, average)
        new_weights.append(w)
        slots.append(old)
        averages.append(average)
    return Step(steps, values, penalties, total, gradients, new_weights, slots, averages)


def _of(part: _Part, name: str) -> Any:
    """The regularizer of a Dense layer's kernel, bias or activity."""
    return getattr(part.layer, f"{name}_regularizer")


def _averaged(optimizer: Any, w: Array, average: Array) -> tuple[Array, Array]:
    """The weight and its moving average after the step."""
    if not optimizer.use_ema:
        return w, average
    momentum = w.dtype.type(optimizer.ema_momentum if optimizer.iterations else 0.0)
    average = averaged(average, w, momentum)
    every = optimizer.ema_overwrite_frequency
    return (average if every and (optimizer.iterations + 1) % every == 0 else w), average
