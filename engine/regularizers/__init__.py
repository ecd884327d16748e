"""Regularizers, each with its penalty, its gradient and its class in one file.

Keras: ``keras.regularizers``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from engine.checks.absent import absent
from engine.checks.from_config import class_of
from engine.checks.shown import shown
from engine.regularizers.l1 import L1
from engine.regularizers.l1_l2 import L1L2
from engine.regularizers.l2 import L2
from engine.regularizers.regularizer import Regularizer

l1 = L1
l2 = L2
l1_l2 = L1L2

__all__ = [
    "L1",
    "L1L2",
    "L2",
    "Regularizer",
    "deserialize",
    "get",
    "l1",
    "l1_l2",
    "l2",
    "serialize",
]

_CLASSES: dict[str, type[Regularizer]] = {c.__name__: c for c in (L1, L2, L1L2)}
# As in Keras the name in small letters is "l1l2", though the function is called l1_l2.
_NAMES: dict[str, type[Regularizer]] = {name.lower(): c for name, c in _CLASSES.items()} | _CLASSES


def get(identifier: Any) -> Regularizer | None:
    """The regularizer that a name, a config, a class or an object stands for; None stays None.

    Raises
    ------
    ValueError, TypeError
        If the engine has no such regularizer; if it is nothing of the kind.  Functions and
        classes of your own are refused, for the kernels run none.

    >>> get("l2").get_config()
    {'l2': 0.01}
    """
    if identifier is None or type(identifier) in _CLASSES.values():
        return identifier  # type: ignore[no-any-return]
    if isinstance(identifier, dict):
        return deserialize(identifier)
    if isinstance(identifier, type) and identifier in _CLASSES.values():
        return identifier()  # type: ignore[no-any-return]
    if isinstance(identifier, str) and identifier in _NAMES:
        return _NAMES[identifier]()
    known = isinstance(identifier, str) or callable(identifier)
    raise (ValueError if known else TypeError)(
        f"Expected regularizer to be one of {', '.join(_NAMES)}, an object of "
        f"engine.regularizers, or None. Received: regularizer={shown(identifier)}"
    )


def serialize(regularizer: Regularizer | None) -> dict[str, Any] | None:
    """The regularizer as Keras writes it into a file; None stays None."""
    if regularizer is None:
        return None
    return {
        "module": "keras.regularizers",
        "class_name": type(regularizer).__name__,
        "config": regularizer.get_config(),
        "registered_name": None,
    }


def deserialize(config: dict[str, Any]) -> Regularizer:
    """The regularizer from what :func:`serialize` returned.

    >>> deserialize(serialize(L1L2(0.1, 0.2))).get_config()
    {'l1': 0.1, 'l2': 0.2}
    """
    cls, arguments = class_of(config, _CLASSES, "a regularizer")
    return cls.from_config(arguments)  # type: ignore[no-any-return]


if not TYPE_CHECKING:  # type checkers then refuse what is not there
    __getattr__ = absent(__name__, __all__)


def __dir__() -> list[str]:
    return __all__
