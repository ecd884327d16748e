"""What a package says of a name that it does not have: what it has instead."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any


def absent(package: str, names: Sequence[str]) -> Callable[[str], Any]:
    """A module's ``__getattr__`` that names what there is.

    >>> absent("engine.layers", ["Dense", "Input"])("Dropout")
    Traceback (most recent call last):
    AttributeError: Expected one of Dense, Input in engine.layers. Received: 'Dropout'
    """

    def __getattr__(name: str) -> Any:
        raise AttributeError(f"Expected one of {', '.join(names)} in {package}. Received: {name!r}")

    return __getattr__
