"""Losses, each with its formula, its gradient and its class in one file.

Keras: ``keras.losses``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from engine.checks.absent import absent
from engine.checks.from_config import class_of
from engine.checks.shown import shown
from engine.losses.binary_crossentropy import BinaryCrossentropy, binary_crossentropy
from engine.losses.categorical_crossentropy import (
    CategoricalCrossentropy,
    categorical_crossentropy,
)
from engine.losses.loss import Loss
from engine.losses.mean_squared_error import MeanSquaredError, mean_squared_error
from engine.losses.sparse_categorical_crossentropy import (
    SparseCategoricalCrossentropy,
    sparse_categorical_crossentropy,
)

__all__ = [
    "BinaryCrossentropy",
    "CategoricalCrossentropy",
    "Loss",
    "MeanSquaredError",
    "SparseCategoricalCrossentropy",
    "binary_crossentropy",
    "categorical_crossentropy",
    "deserialize",
    "get",
    "mean_squared_error",
    "serialize",
    "sparse_categorical_crossentropy",
]

_FUNCTIONS: dict[Any, type[Loss]] = {
    binary_crossentropy: BinaryCrossentropy,
    categorical_crossentropy: CategoricalCrossentropy,
    sparse_categorical_crossentropy: SparseCategoricalCrossentropy,
    mean_squared_error: MeanSquaredError,
}
_CLASSES = {c.__name__: c for c in _FUNCTIONS.values()}
_NAMES: dict[str, type[Loss]] = (
    {f.__name__: c for f, c in _FUNCTIONS.items()}
    | _CLASSES
    | {"bce": BinaryCrossentropy, "BCE": BinaryCrossentropy}
    | {"mse": MeanSquaredError, "MSE": MeanSquaredError}
)


def get(identifier: Any) -> Loss:
    """The loss that a name, a function of this package, a class or an object stands for.

    Raises
    ------
    ValueError, TypeError
        If the engine has no such loss; if it is nothing of the kind.

    >>> get("mse").name
    'mean_squared_error'
    """
    if isinstance(identifier, Loss):
        return identifier
    if isinstance(identifier, dict):
        return deserialize(identifier)
    if isinstance(identifier, type) and identifier in _CLASSES.values():
        return identifier()  # type: ignore[no-any-return]
    if isinstance(identifier, str) and identifier in _NAMES:
        return _NAMES[identifier]()  # type: ignore[call-arg]
    if callable(identifier) and identifier in _FUNCTIONS:
        return _FUNCTIONS[identifier]()  # type: ignore[call-arg]
    known = isinstance(identifier, str) or callable(identifier)
    raise (ValueError if known else TypeError)(
        f"Expected loss to be one of {', '.join(f.__name__ for f in _FUNCTIONS)}, mse, bce, or an "
        f"object of engine.losses. Received: loss={shown(identifier)}"
    )


def serialize(loss: Loss) -> dict[str, Any]:
    """The loss as Keras writes it into a file."""
    return {
        "module": "keras.losses",
        "class_name": type(loss).__name__,
        "config": loss.get_config(),
        "registered_name": None,
    }


def deserialize(config: dict[str, Any]) -> Loss:
    """The loss from what :func:`serialize` returned."""
    cls, arguments = class_of(config, _CLASSES, "a loss")
    return cls.from_config(arguments)  # type: ignore[no-any-return]


if not TYPE_CHECKING:  # type checkers then refuse what is not there
    __getattr__ = absent(__name__, __all__)


def __dir__() -> list[str]:
    return __all__
