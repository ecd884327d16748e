"""The loss and the metrics of a run: where their states stand, and what they say.

    sums = | loss: total, count | state of metric 1 | state of metric 2 | … | batch's loss |

A row of the history has the states at the end of an epoch's training, then those of its validation.
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from itertools import accumulate
from typing import Any

import numpy as np

from engine.kernels.memory import REGISTER, Array
from engine.kernels.metrics import Reading
from engine.kernels.program import Instructions
from engine.metrics.mean import Mean
from engine.metrics.mean_of_batches import MeanOfBatches
from engine.metrics.metric import Metric, plain


@dataclass(frozen=True)
class Watched:
    """A metric of a compiled model: its name in the History, and whether sample weights count."""

    metric: Metric
    name: str
    weighted: bool = False


class Scores:
    """The columns of the states, and the results that are read off them.

    Attributes
    ----------
    watched
        The metrics.
    names
        Those of the results: loss and metrics.
    starts
        Where the states begin; at last where the last one ends.
    thresholds
        What the instructions of all metrics need besides.
    numbers_at
        Where those of each metric begin.
    """

    def __init__(self, watched: list[Watched], units: int, dtype: str) -> None:
        self.watched, self._units = watched, units
        self._metrics: list[Metric] = [Mean("loss"), *(w.metric for w in watched)]
        self.names = ["loss", *(w.name for w in watched)]
        self.starts = [0, *accumulate(metric.size(units) for metric in self._metrics)]
        numbers = [w.metric.numbers(units, dtype) for w in watched]
        self.numbers_at = [0, *accumulate(n.size for n in numbers)]
        self.thresholds = np.concatenate([*numbers, np.zeros(REGISTER, dtype)])

    @property
    def metrics(self) -> list[Metric]:
        """The metrics, without the loss."""
        return self._metrics[1:]

    @property
    def weighted(self) -> bool:
        """Whether one of them counts the weights of the rows."""
        return any(w.weighted for w in self.watched)

    def check(self, label_width: int) -> None:
        """Raise a ValueError if a metric reads no such labels; warn of one that is always 1."""
        for metric in self.metrics:
            metric.check(label_width, self._units)
            if self._units == 1 and metric.of_several:
                warnings.warn(
                    f"Expected several classes for the metric {metric.name!r}: of one class it is "
                    "always 1; for yes and no use accuracy or binary_accuracy. Received: 1 output",
                    stacklevel=4,
                )

    def check_weights(self) -> None:
        """Raise a ValueError if a metric that has to count the weights of rows cannot."""
        for watched in self.watched:
            if watched.weighted and isinstance(watched.metric, MeanOfBatches):
                watched.metric.refuse_weights()

    def aside(self, rows: int) -> int:
        """How many numbers the metrics put aside for batches of so many rows."""
        return max((metric.aside(rows, self._units) for metric in self.metrics), default=0)

    def instructions(self, p: int, z: int, activation: str) -> Instructions:
        """What adds a batch to the states; p and z are the places of predictions and logits."""
        steps: Instructions = []
        places = zip(self.watched, self.starts[1:], self.numbers_at, strict=False)
        for watched, state, numbers in places:
            reading = Reading(p, z, self._units, state, numbers, watched.weighted, activation)
            steps += watched.metric.instructions(reading)
        return steps

    @property
    def columns(self) -> int:
        """How many numbers all states have."""
        return self.starts[-1]

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
