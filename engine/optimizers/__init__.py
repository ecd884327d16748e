"""Optimizers, each with its update formula and its class in one file.

Keras: ``keras.optimizers``.
"""

from __future__ import annotations

from typing import Any

from engine.optimizers.adam import Adam
from engine.optimizers.optimizer import Optimizer
from engine.optimizers.sgd import SGD

__all__ = ["SGD", "Adam", "Optimizer", "deserialize", "get", "serialize"]

_CLASSES: dict[str, type[Optimizer]] = {"sgd": SGD, "adam": Adam}


def get(identifier: Any) -> Optimizer:
    """The optimizer that a name (in any case), a class or an object stands for.

    Raises
    ------
    ValueError
        If the engine has no such optimizer.

    >>> get("adam").learning_rate
    0.001
    """
    if isinstance(identifier, Optimizer):
        return identifier
    if isinstance(identifier, dict):
        return deserialize(identifier)
    if isinstance(identifier, str) and identifier.lower() in _CLASSES:
        return _CLASSES[identifier.lower()]()  # type: ignore[call-arg]
    if isinstance(identifier, type) and identifier in _CLASSES.values():
        return identifier()  # type: ignore[no-any-return,call-arg]
    raise ValueError(
        'Expected optimizer to be "sgd", "adam" or an object of engine.optimizers. '
        f"Received: optimizer={identifier!r}"
    )


def serialize(optimizer: Optimizer) -> dict[str, Any]:
    """The optimizer as Keras writes it into a file."""
    return {
        "module": "keras.optimizers",
        "class_name": type(optimizer).__name__,
        "config": optimizer.get_config(),
        "registered_name": None,
    }


def deserialize(config: dict[str, Any]) -> Optimizer:
    """The optimizer from what :func:`serialize` returned."""
    name = config.get("class_name")
    known = {c.__name__: c for c in _CLASSES.values()}
    if name not in known:
        raise ValueError(
            f"Expected the class of an optimizer: one of {', '.join(known)}. "
            f"Received: class_name={name!r}"
        )
    return known[name].from_config(config["config"])  # type: ignore[no-any-return]
