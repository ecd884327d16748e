"""What came out for one tutorial: the row of the table, and the object in the JSON file."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np


@dataclass(frozen=True)
class Pair:
    """One value of the engine and the same of Keras."""

    engine: Any
    keras: Any

    def as_json(self) -> dict[str, Any]:
        """Return what `--json` writes."""
        return {"engine": _plain(self.engine), "keras": _plain(self.keras)}


@dataclass(frozen=True)
class Group:
    """Fits whose accuracy is averaged: the folds of one configuration, or a single fit."""

    name: str
    fits: int
    parameters: Pair
    accuracy: Pair


@dataclass(frozen=True)
class Row:
    """What came out for one tutorial."""

    key: str
    seed: int
    title: str
    data: str
    size: str
    note: str
    published: str
    parameters: Pair
    initial_weights_identical: bool
    order_identical: bool
    loss_max_abs_difference: float
    weights_max_abs_difference: float
    weights_identical: bool
    history_identical: bool
    accuracy: Pair
    seconds: Pair
    groups: list[Group]
    versions: dict[str, str]
    disagreements: list[str]

    @property
    def agrees(self) -> bool:
        """Whether nothing was found."""
        return not self.disagreements

    @property
    def speedup(self) -> float:
        """Keras's seconds per second of the engine."""
        return speedup(self.seconds)

    def as_json(self) -> dict[str, Any]:
        """Return what `--json` writes; a value that is not finite becomes None."""
        return {
            "key": self.key,
            "seed": self.seed,
            "data": self.data,
            "size": self.size,
            "note": self.note,
            "parameters": self.parameters.as_json(),
            "initial_weights_identical": self.initial_weights_identical,
            "order_identical": self.order_identical,
            "loss_max_abs_difference": _plain(self.loss_max_abs_difference),
            "weights_max_abs_difference": _plain(self.weights_max_abs_difference),
            "weights_identical": self.weights_identical,
            "history_identical": self.history_identical,
            "accuracy": self.accuracy.as_json(),
            "accuracy_published": self.published,
            "groups": [
                {
                    "name": group.name,
                    "fits": group.fits,
                    "parameters": group.parameters.as_json(),
                    "accuracy": group.accuracy.as_json(),
                }
                for group in self.groups
            ],
            "seconds": self.seconds.as_json(),
            "speedup": _plain(self.speedup),
            "versions": self.versions,
            "agrees": self.agrees,
            "disagreements": self.disagreements,
        }


def speedup(seconds: Pair) -> float:
    """Return Keras's seconds per second of the engine."""
    return seconds.keras / seconds.engine if seconds.engine > 0 else float("nan")


def _plain(value: Any) -> Any:
    """Return a float that is not finite, which JSON does not know, as None."""
    return None if isinstance(value, float) and not np.isfinite(value) else value
