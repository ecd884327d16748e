"""Weights and models from the engine to Keras and back.

    weights_to_keras(engine_model, keras_model)     set_weights(get_weights()), shapes checked
    weights_to_engine(keras_model, engine_model)    the same, the other way
    to_keras(engine_model)                          a Keras model with the same future
    from_keras(keras_model)                         an engine model with the same future

A model is handed over as a `.keras` file does it, in memory: the configuration with what
`compile` was given, through the loader's list of allowed names; then the weights, the step count,
the learning rate and the optimizer's slots.  What a file does not have goes along, too: how often
each Dropout has drawn, and which weights are excluded from weight decay.  So a training goes on
with the bits that it would have had without the hand-over, if the order of the rows is the same:
after ``set_random_seed`` on the side that goes on (with the seed of the other), or with
``shuffle=False``.

Left behind are callbacks, the History, the graphs that Keras has compiled, and random generators
outside the model: those of Python and NumPy stay as they were.

Keras: ``keras.saving.serialize_keras_object`` and ``deserialize_keras_object`` of Keras 3.15.1.
"""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np

from engine.layers import Dropout
from engine.saving.allowed import check_model
from engine.saving.config import compile_arguments, deserialize_model, serialize_model
from engine.saving.layout import OPTIMIZER, Group, slot_order
from engine.saving.state import groups_of, kept_by, put_state, take_state
from engine.saving.weights import leaves_out
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
    """Return a Keras model that goes on where the engine's `model` stands.

    It is compiled if `model` is.  Within the scope of a ``tf.distribute`` strategy its variables
    are those of the strategy: see docs/scale.md.

    Raises
    ------
    TypeError
        If `model` is neither a Sequential nor a functional model of the engine.
    ValueError
        If `model` is not built, or holds something of a class of your own.
    """
    _check_kind(model, "engine")
    keras = import_keras()
    saved = serialize_model(model)
    groups = groups_of(saved, model.optimizer, kept_by(model, whole=True))
    arrays = take_state(model, groups)
    with _generators_kept():
        twin = keras.saving.deserialize_keras_object(saved)
    for group in groups:
        if group.places:
            # A Normalization has more to do than to take the numbers: as out of a file.
            owner = twin.optimizer if group.path == OPTIMIZER else twin.get_layer(group.name)
            owner.load_own_variables({str(i): a for i, a in enumerate(arrays[group.path])})
    for ours, theirs in _drawing(model, twin):
        theirs.seed_generator.state.assign(ours.seed_generator.state)
    if model.compiled:
        listed, names = model.optimizer._undecayed
        others = [
            theirs for ours, theirs in _weights(model, twin) if any(w is ours for w in listed)
        ]
        _exclude(twin.optimizer, others, names)
    return twin


def from_keras(model: Any) -> Any:
    """Return an engine model that goes on where the Keras `model` stands.

    Raises
    ------
    TypeError
        If `model` is neither a Sequential nor a functional model of Keras.
    ValueError
        If `model` is not built, or has something that the engine does not have: it is named.
    """
    _check_kind(model, "keras")
    keras = import_keras()
    saved = json.loads(json.dumps(keras.saving.serialize_keras_object(model)))
    if not model.compiled:
        saved["compile_config"] = {}
    check_model(saved, "the model")
    arguments = compile_arguments(saved)
    groups = groups_of(saved, arguments.get("optimizer"))
    arrays = {g.path: _arrays(model, g, arguments.get("optimizer")) for g in groups}
    if arguments and leaves_out(groups[-1], len(arrays[OPTIMIZER])):
        del arrays[OPTIMIZER]
    with _generators_kept():
        twin = deserialize_model(saved)
    if arguments:
        twin.compile(**arguments)
    put_state(twin, groups, arrays)
    for ours, theirs in _drawing(twin, model):
        ours.seed_generator.state = theirs.seed_generator.state.numpy().astype(np.int64)
    if arguments:
        twin.optimizer._undecayed = _excluded(model.optimizer, _weights(twin, model))
    return twin


def _check_kind(model: Any, side: str) -> None:
    """Raise unless `model` is a built Sequential or functional model of `side`."""
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


def _exclude(optimizer: Any, weights: list[Any], names: list[str]) -> None:
    """Let some weights of a Keras model not decay; its optimizer may be built already."""
    built, optimizer._built = getattr(optimizer, "_built", False), False
    optimizer.exclude_from_weight_decay(weights, names)
    optimizer._built = built


def _excluded(optimizer: Any, pairs: list[tuple[Any, Any]]) -> tuple[list[Any], list[str]]:
    """The engine's weights, and texts in names, that Keras's `optimizer` excludes from decay."""
    keys = getattr(optimizer, "_exclude_from_weight_decay", None) or set()
    pattern = getattr(optimizer, "_exclude_from_weight_decay_pattern", None)
    listed = [ours for ours, theirs in pairs if optimizer._var_key(theirs) in keys]
    return listed, [] if pattern is None else [pattern.pattern]


def _weights(ours: Any, theirs: Any) -> list[tuple[Any, Any]]:
    """The weights of all layers, of the engine and of Keras."""
    return [
        pair
        for layer in ours.layers
        if layer.weights
        for pair in zip(layer.weights, theirs.get_layer(layer.name).weights, strict=True)
    ]


def _arrays(model: Any, group: Group, optimizer: Any) -> list[np.ndarray]:
    """Return what Keras's `model` has for a group of a file, which must fit."""
    variables = []
    if group.path == OPTIMIZER:
        variables = _kept(model.optimizer, optimizer)
    elif group.places:
        variables = model.get_layer(group.name).weights
    found = [variable.numpy() for variable in variables]
    shapes, expected = [array.shape for array in found], [place.shape for place in group.places]
    if shapes not in (expected, expected[: group.least]) and len(shapes) not in group.others:
        raise ValueError(
            f"Expected variables of {group.name!r} of the shapes {expected}. Received: {shapes}"
        )
    return found


def _kept(theirs: Any, ours: Any) -> list[Any]:
    """Return the variables of Keras's optimizer without those of weights that are frozen now.

    It keeps those of all weights that it was built for; `ours` knows in which order.
    """
    built = theirs._trainable_variables if theirs.built else []
    order = slot_order(ours, len(built))
    variables = theirs.variables
    head = len(variables) - len(order)
    slots = zip(order, variables[head:], strict=True)
    return variables[:head] + [slot for (w, _), slot in slots if built[w].trainable]


def _drawing(ours: Any, theirs: Any) -> Iterator[tuple[Any, Any]]:
    """The layers that draw random numbers in training: of the engine, and of Keras."""
    for layer in ours.layers:
        if isinstance(layer, Dropout) and layer.rate > 0:
            yield layer, theirs.get_layer(layer.name)


@contextmanager
def _generators_kept() -> Iterator[None]:
    """Put Python's and NumPy's generators back, from which a new model draws its seeds."""
    python, numpy_ = random.getstate(), np.random.get_state()
    try:
        yield
    finally:
        random.setstate(python)
        np.random.set_state(numpy_)


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
