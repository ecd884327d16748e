"""Optimizers, each with its update formula and its class in one file.

Keras: ``keras.optimizers``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from engine.checks.absent import absent
from engine.checks.from_config import class_of
from engine.checks.shown import shown
from engine.optimizers import schedules
from engine.optimizers.adam import Adam
from engine.optimizers.adamw import AdamW
from engine.optimizers.optimizer import Optimizer
from engine.optimizers.rmsprop import RMSprop
from engine.optimizers.sgd import SGD

__all__ = [
    "SGD",
    "Adam",
    "AdamW",
    "Optimizer",
    "RMSprop",
    "deserialize",
    "get",
    "schedules",
    "serialize",
]

_CLASSES: dict[str, type[Optimizer]] = {
    "sgd": SGD,
    "rmsprop": RMSprop,
    "adam": Adam,
    "adamw": AdamW,
}


def get(identifier: Any) -> Optimizer:
    """The optimizer that a name (in any case), a class or an object stands for.

    Raises
    ------
    ValueError, TypeError
        If the engine has no optimizer of that name; if it is neither name nor optimizer.

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
        return identifier()  # type: ignore[no-any-return]
    raise (ValueError if isinstance(identifier, str) else TypeError)(
        f"Expected optimizer to be one of {', '.join(_CLASSES)}, or an object of "
        f"engine.optimizers. Received: optimizer={shown(identifier)}"
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
    """The optimizer from what :func:`serialize` returned; its class_name in any case."""
    known = {c.__name__: c for c in _CLASSES.values()}
    if isinstance(config, dict) and str(config.get("class_name")).lower() in _CLASSES:
        config = {**config, "class_name": _CLASSES[config["class_name"].lower()].__name__}
    cls, arguments = class_of(config, known, "an optimizer")
    return cls.from_config(arguments)  # type: ignore[no-any-return]


if not TYPE_CHECKING:  # type checkers then refuse what is not there
    __getattr__ = absent(__name__, __all__)


def __dir__() -> list[str]:
    return __all__
