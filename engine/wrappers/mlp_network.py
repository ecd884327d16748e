"""The network of MLPClassifier and MLPRegressor, from scikit-learn's words.

    inputs → (hidden units, activation, dropout)* → outputs
    penalty = l2·Σ kernel²,   l2 = alpha / (2 · weight of a batch)

scikit-learn adds ½·alpha·Σ w² to the *sum* of the losses of a batch before it divides by the
batch's weight (its number of rows, without sample weights); Keras adds its penalty to the mean.  So
this l2 makes alpha mean the same.  Biases have no penalty in either.

scikit-learn: ``sklearn.neural_network.MLPClassifier``.  Initial weights are Keras's: Glorot's
uniform distribution for the kernels, zeros for the biases.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np

from engine import layers
from engine.checks.shown import shown
from engine.models import Sequential
from engine.models.arguments import whole
from engine.optimizers import SGD, Adam, Optimizer
from engine.optimizers.optimizer import checked_number
from engine.optimizers.schedules import LearningRateSchedule
from engine.regularizers import L2

_KERAS = {"identity": "linear", "logistic": "sigmoid"}
"""scikit-learn's names that Keras has others for."""

SCIKIT_LEARN = {"sigmoid": "logistic", "linear": "identity"}
"""The other way round."""


def hidden_sizes(hidden_layer_sizes: Any) -> list[int]:
    """The units of each hidden layer; a single number is one layer, () none.

    >>> hidden_sizes(8), hidden_sizes((16, 8)), hidden_sizes(())
    ([8], [16, 8], [])
    """
    several = isinstance(hidden_layer_sizes, Iterable) and not isinstance(hidden_layer_sizes, str)
    sizes = list(hidden_layer_sizes) if several else [hidden_layer_sizes]
    try:
        return [whole("hidden_layer_sizes", size) for size in sizes]
    except (ValueError, TypeError) as error:
        raise type(error)(
            "Expected hidden_layer_sizes to be a whole number ≥ 1 for each hidden layer. "
            f"Received: hidden_layer_sizes={shown(hidden_layer_sizes)}"
        ) from None


def one_each(name: str, value: Any, count: int) -> list[Any]:
    """`value` for each of `count` hidden layers, or its items if there is one for each.

    >>> one_each("activation", "relu", 2), one_each("dropout", [0.5, 0.0], 2)
    (['relu', 'relu'], [0.5, 0.0])
    """
    if not isinstance(value, list | tuple | np.ndarray):
        return [value] * count
    if len(value) != count:
        raise ValueError(
            f"Expected one {name} for all hidden layers, or one for each of {count}. "
            f"Received: {name}={shown(value)}"
        )
    return list(value)


def mlp_network(
    inputs: int,
    outputs: int,
    ending: str | None,
    l2: float,
    dtype: str,
    *,
    hidden_layer_sizes: Any,
    activation: Any,
    dropout: Any,
) -> Sequential:
    """The network, not yet compiled."""
    sizes = hidden_sizes(hidden_layer_sizes)
    rates = [
        checked_number("dropout", rate, 0.0, 1.0)
        for rate in one_each("dropout", dropout, len(sizes))
    ]
    model = Sequential([layers.Input((inputs,))])
    for size, name, rate in zip(
        sizes, one_each("activation", activation, len(sizes)), rates, strict=True
    ):
        name = _KERAS.get(name, name) if isinstance(name, str) else name
        model.add(layers.Dense(size, name, kernel_regularizer=_penalty(l2), dtype=dtype))
        if rate:
            model.add(layers.Dropout(rate, dtype=dtype))
    model.add(layers.Dense(outputs, ending, kernel_regularizer=_penalty(l2), dtype=dtype))
    return model


def _penalty(l2: float) -> L2 | None:
    return L2(l2) if l2 else None


def set_penalty(model: Any, l2: float) -> None:
    """Give the layers of a network another penalty: the size of its batches has changed."""
    for layer in model.layers:
        if isinstance(layer, layers.Dense):
            # Past __setattr__, which says that kernels are laid out for the penalty that is there.
            # They are, in the program that the model keeps: without it the next fit makes another.
            vars(layer)["kernel_regularizer"] = _penalty(l2)
    vars(model).pop("_kept_program", None)


def mlp_optimizer(solver: Any, learning_rate: Any, **options: Any) -> Optimizer:
    """Adam or SGD with scikit-learn's parameters.

    Raises
    ------
    ValueError, TypeError
        If the solver is another, "lbfgs" say, or an option is out of its range.
    """
    if not isinstance(learning_rate, LearningRateSchedule):
        learning_rate = checked_number("learning_rate_init", learning_rate, 0.0)
    if solver == "adam":
        return Adam(learning_rate, options["beta_1"], options["beta_2"], options["epsilon"])
    if solver == "sgd":
        return SGD(learning_rate, options["momentum"], options["nesterovs_momentum"])
    raise (ValueError if isinstance(solver, str) else TypeError)(
        f'Expected solver to be "adam" or "sgd". Received: solver={shown(solver)}'
        + (" (which takes no batches; the engine does not have it)" if solver == "lbfgs" else "")
    )
