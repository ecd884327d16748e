"""Names that are made when none is given: dense, dense_1, dense_2 …"""

from __future__ import annotations

import re
from collections import defaultdict

_COUNTS: defaultdict[str, int] = defaultdict(int)


def snake_case(name: str) -> str:
    """InputLayer → input_layer."""
    name = re.sub(r"(.)([A-Z][a-z]+)", r"\1_\2", name)
    return re.sub(r"([a-z])([A-Z])", r"\1_\2", name).lower()


def automatic_name(kind: str) -> str:
    """The next free name for an object of the class `kind`."""
    prefix = snake_case(kind)
    count = _COUNTS[prefix]
    _COUNTS[prefix] += 1
    return f"{prefix}_{count}" if count else prefix


def checked_name(name: object, kind: str) -> str:
    """`name`, or an automatic one if it is None."""
    if name is None:
        return automatic_name(kind)
    expected = (
        "Expected name to be a non-empty text of letters, digits, '_', '.' and '-', as Keras can "
        f"use it. Received: name={name!r}"
    )
    if not isinstance(name, str):
        raise TypeError(expected)
    if not re.fullmatch(r"[A-Za-z0-9.][A-Za-z0-9_.-]*", name):
        raise ValueError(expected)
    return name


def forget_names() -> None:
    """Start counting afresh."""
    _COUNTS.clear()
