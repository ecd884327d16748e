"""Weights and models from the engine to Keras and back.

    weights_to_keras(engine_model, keras_model)     set_weights(get_weights()), shapes checked
    weights_to_engine(keras_model, engine_model)    the same, the other way
    to_keras(engine_model)                          a Keras model of the same configuration
    to_engine(keras_model)                          an engine model of the same configuration

A model's `get_config()` says the same on both sides, so `from_config` of the other side builds
it. A compiled model comes out compiled, and an optimizer that has taken steps goes on from its
slots and its step count.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from engine.models import Functional, Model, Sequential
from keras_ref.quiet import import_keras


def weights_to_keras(engine_model: Any, keras_model: Any) -> None:
    """Give `keras_model` the weights of `engine_model`.

    Raises
    ------
    ValueError
        If the shapes differ. Nothing has been changed then.
    """
    _carry_weights(engine_model, keras_model)


def weights_to_engine(keras_model: Any, engine_model: Any) -> None:
    """Give `engine_model` the weights of `keras_model`; raises as `weights_to_keras`."""
    _carry_weights(keras_model, engine_model)


def to_keras(model: Any) -> Any:
    """Return a Keras model like the engine's `model`: configuration, weights, optimizer.

    Raises
    ------
    TypeError
        If `model` is neither a Sequential nor a functional model of the engine.
    ValueError
        If `model` is not built.
    """
    kind = _kind(model, "engine")
    keras = import_keras()
    return _twin(model, keras.Sequential if kind == "Sequential" else keras.Model)


def to_engine(model: Any) -> Any:
    """Return an engine model like the Keras `model`.

    Raises
    ------
    TypeError
        If `model` is neither a Sequential nor a functional model of Keras.
    ValueError
        If `model` is not built, or has something that the engine does not have.
    """
    kind = _kind(model, "keras")
    return _twin(model, Sequential if kind == "Sequential" else Functional)


def _kind(model: Any, side: str) -> str:
    """Return "Sequential" or "Functional", if `model` is such a built model of `side`."""
    module, kind = type(model).__module__, type(model).__name__
    if module.split(".")[0] != side or kind not in ("Sequential", "Functional"):
        raise TypeError(
            f"Expected a Sequential or functional model of {side}. Received: a {module}.{kind}"
        )
    if not model.built:
        raise ValueError(
            "Expected a built model: start it with an Input, or call build. "
            f"Received: model {model.name!r}, built=False"
        )
    return kind


def _twin(model: Any, kind: Any) -> Any:
    twin = kind.from_config(model.get_config())
    _carry_weights(model, twin)
    if model.compiled:
        twin.compile_from_config(model.get_compile_config())
        if _steps(model.optimizer):
            _set_optimizer_state(twin, _optimizer_state(model))
    return twin


def _carry_weights(source: Any, target: Any) -> None:
    weights = source.get_weights()
    shapes = [weight.shape for weight in weights]
    wanted = [weight.shape for weight in target.get_weights()]
    if shapes != wanted:
        raise ValueError(
            f"Expected weights of the shapes {wanted}, as model {target.name!r} has. "
            f"Received: model {source.name!r} with {shapes}"
        )
    target.set_weights(weights)


def _steps(optimizer: Any) -> int:
    return int(np.asarray(optimizer.iterations))


def _optimizer_state(model: Any) -> list[np.ndarray]:
    """Return step count, learning rate and slots as Keras lists them."""
    return [np.asarray(variable) for variable in model.optimizer.variables]


def _set_optimizer_state(model: Any, state: list[np.ndarray]) -> None:
    optimizer = model.optimizer
    if isinstance(model, Model):
        optimizer.build(model.weights)
        optimizer.iterations = int(state[0])
        rest = state[1:]
        if optimizer.schedule is None:
            optimizer.learning_rate, rest = float(state[1]), state[2:]
        for (_, _, slot), value in zip(optimizer.slot_views(), rest, strict=True):
            slot[...] = value
        return
    optimizer.build(model.trainable_variables)
    for variable, value in zip(optimizer.variables, state, strict=True):
        variable.assign(value)
