"""How a training is watched: something is attached to the model, and is told the results.

The experiments and the tutorials call it at two places, whoever watches.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


class Watcher:
    """Nobody watches: no callbacks, nothing is kept."""

    def attach(self, model: Any, name: str) -> list[Any]:
        """Return the callbacks for the fit of `model`, which is compiled and built."""
        return []

    def finished(self, evaluated: Mapping[str, float], predicted: Any) -> None:
        """Take the results of `evaluate` and of `predict`."""


UNWATCHED = Watcher()
