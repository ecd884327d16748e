"""Activations, each a plain function of an array with its gradient beside it.

Keras: ``keras.activations``.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from engine.activations.elu import elu
from engine.activations.leaky_relu import leaky_relu
from engine.activations.linear import linear
from engine.activations.relu import relu
from engine.activations.sigmoid import sigmoid
from engine.activations.softmax import softmax
from engine.activations.tanh import tanh
from engine.checks.absent import absent
from engine.checks.shown import shown

Activation = Callable[[Any], Any]

_KNOWN: dict[str, Activation] = {
    f.__name__: f for f in (linear, relu, leaky_relu, elu, sigmoid, tanh, softmax)
}

__all__ = [
    "deserialize",
    "elu",
    "get",
    "leaky_relu",
    "linear",
    "relu",
    "serialize",
    "sigmoid",
    "softmax",
    "tanh",
]


def get(identifier: Any) -> Activation:
    """The activation that a name, a function or None (the identity) stands for.

    Raises
    ------
    ValueError, TypeError
        If the engine has no such activation; if it is neither name nor function.

    >>> get("relu").__name__
    'relu'
    """
    if identifier is None:
        return _KNOWN["linear"]
    if isinstance(identifier, str) and identifier in _KNOWN:
        return _KNOWN[identifier]
    if any(identifier is f for f in _KNOWN.values()):
        return identifier  # type: ignore[no-any-return]
    known = isinstance(identifier, str) or callable(identifier)
    raise (ValueError if known else TypeError)(
        f"Expected activation to be None or one of {', '.join(_KNOWN)} (a name, or the function "
        f"of engine.activations). Received: activation={shown(identifier)}"
    )


def serialize(activation: Activation) -> str:
    """The name of an activation."""
    return get(activation).__name__


def deserialize(config: str) -> Activation:
    """The activation of a name."""
    return get(config)


if not TYPE_CHECKING:  # type checkers then refuse what is not there
    __getattr__ = absent(__name__, __all__)


def __dir__() -> list[str]:
    return __all__
