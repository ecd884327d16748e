"""An object from the dict that its ``get_config()`` returned."""

from __future__ import annotations

import inspect
from typing import Any

from engine.checks.shown import shown

MOST_NAMES = 8
"""So many names are told of those that are known."""


def from_config(cls: Any, config: Any) -> Any:
    """``cls(**config)``, if `config` is a dict of arguments that `cls` takes.

    Raises
    ------
    TypeError
        If it is not.
    """
    if not isinstance(config, dict):
        raise TypeError(
            f"Expected config to be a dict of the arguments of {cls.__name__}. "
            f"Received: config={shown(config)}"
        )
    try:
        inspect.signature(cls).bind(**config)
    except TypeError as error:
        raise TypeError(
            f"Expected config to hold the arguments of {cls.__name__}. "
            f"Received: config={shown(config)}: {error}"
        ) from None
    return cls(**config)


def class_of(config: Any, known: dict[str, Any], kind: str) -> Any:
    """The class among `known` that a serialized object of some `kind` names, and its config.

    Raises
    ------
    TypeError
        If `config` is no dict.
    ValueError
        If it names none of them.
    """
    if not isinstance(config, dict):
        raise TypeError(
            f"Expected a dict with class_name and config of {kind}. Received: {shown(config)}"
        )
    name = config.get("class_name")
    if not isinstance(name, str) or name not in known:
        names = [*list(known)[:MOST_NAMES], *["…"] * (len(known) > MOST_NAMES)]
        raise ValueError(
            f"Expected class_name of {kind} to be one of {', '.join(names)}. "
            f"Received: class_name={shown(name)}"
        )
    return known[name], config.get("config")
