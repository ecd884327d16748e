"""The loss and the metrics of a run: where their states stand, and what they say.

    sums = | loss: total, count | state of metric 1 | state of metric 2 | … | batch's loss |

A row of the history has the states at the end of an epoch's training, then those of its validation.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from engine.kernels.memory import Array
from engine.metrics.mean import Mean
from engine.metrics.metric import Metric, plain


@dataclass(frozen=True)
class Watched:
    """A metric of a compiled model: its name in the History, and whether sample weights count."""

    metric: Metric
    name: str
    weighted: bool = False


class Scores:
    """The columns of the states, and the results that are read off them."""

    def __init__(self, watched: list[Watched], units: int) -> None:
        metrics: list[Metric] = [Mean("loss"), *(w.metric for w in watched)]
        self.names = ["loss", *(w.name for w in watched)]
        self.starts = np.cumsum([0, *(m.size(units) for m in metrics)]).tolist()
        self._metrics = metrics

    @property
    def columns(self) -> int:
        """How many numbers all states have."""
        return int(self.starts[-1])

    def results(self, states: Array) -> dict[str, Any]:
        """Results by name; `states` has the columns in its last axis."""
        parts = zip(self.names, self._metrics, self.starts, self.starts[1:], strict=False)
        return {
            name: metric.result_of(states[..., start:end]) for name, metric, start, end in parts
        }

    def plain(self, states: Array) -> dict[str, Any]:
        """The same for a single row of columns, as floats where they are single numbers."""
        return {name: plain(result) for name, result in self.results(states).items()}


def listed(results: Any) -> list[Any]:
    """Results of several epochs as a History has them: floats, or arrays.

    >>> listed(np.array([0.5, 0.25]))
    [0.5, 0.25]
    """
    array = np.asarray(results)
    values: list[Any] = array.tolist() if array.ndim == 1 else list(array)
    return values


def names_in_history(metrics: list[str], weighted: list[str]) -> list[str]:
    """Keras's names: of those of one name the second is called name_1, a weighted one weighted_….

    >>> names_in_history(["a", "a"], ["a", "b"])
    ['a', 'a_1', 'weighted_a', 'b']
    """
    seen: dict[str, int] = {}

    def counted(name: str) -> str:
        seen[name] = seen.get(name, 0) + 1
        return name if seen[name] == 1 else f"{name}_{seen[name] - 1}"

    names = [counted(name) for name in metrics]
    return names + [counted(f"weighted_{name}" if name in seen else name) for name in weighted]
