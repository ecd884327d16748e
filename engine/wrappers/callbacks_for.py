"""The callbacks of an estimator as a flat list of objects.

A single one, a list, lists in a list and a dict are taken; classes are made with the parameters
that are addressed to them: ``callbacks__patience``, ``callbacks__0__patience``.

Keras: ``scikeras``; ``fit__callbacks`` and ``predict__callbacks`` join ``callbacks``.
"""

from __future__ import annotations

from typing import Any

from engine.callbacks import Callback
from engine.checks.shown import shown
from engine.wrappers.routing import addressed, assembled


def _flat(item: Any) -> list[Any]:
    if item is None:
        return []
    if isinstance(item, dict):
        item = list(item.values())
    if isinstance(item, list | tuple):
        return [one for part in item for one in _flat(part)]
    return [item]


def callbacks_for(call: str, callbacks: Any, routed: dict[str, Any]) -> list[Callback]:
    """The callbacks for the call "fit" or "predict".

    Raises
    ------
    TypeError
        If one of them is none.
    """
    own = addressed(routed, call)
    found = _flat(assembled(callbacks, addressed(routed, "callbacks")))
    found += _flat(assembled(own.get("callbacks"), addressed(own, "callbacks")))
    for one in found:
        if not isinstance(one, Callback):
            raise TypeError(
                "Expected callbacks to be objects or classes of engine.callbacks, in a list or a "
                f"dict. Received: {shown(one)}"
            )
    return found
