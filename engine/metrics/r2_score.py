"""R², the coefficient of determination: which share of the labels' variance is predicted.

    R² = 1 − Σ w·(y − p)² / (Σ w·y² − (Σ w·y)²/Σ w)        of each unit

1 is perfect, 0 as good as always predicting the mean; where the labels do not vary it is 0.  The
sum of squares less the square of the sum loses digits if the mean is large beside the spread, in
Keras as here.

Keras: ``keras.metrics.R2Score``; TensorFlow adds over the rows as
:func:`engine.kernels.metrics.column_sum` does.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from engine.checks.shown import shown
from engine.kernels import fields
from engine.kernels.instructions import instruction, integer, place
from engine.kernels.lanes import at, load, store
from engine.kernels.metrics import Reading, column_sum, row_weight
from engine.kernels.on_arrays import packet_sums
from engine.metrics.metric import Array, Metric

UNIFORM, BY_VARIANCE = "uniform_average", "variance_weighted_average"


@instruction("r2_count")
def count(frame: Any, a: Any, rows: Any, like: Any) -> None:
    """Add Σ w·y², Σ w·y, Σ w·(y − p)² and Σ w of each unit.  Numbers: those of every metric."""
    p, y = place(frame, fields.OUTPUTS, integer(a, 0), like), place(frame, fields.Y, 0, like)
    sums, aside = (
        place(frame, fields.SUMS, integer(a, 2), like),
        place(frame, fields.ASIDE, 0, like),
    )
    units, threads = integer(a, 1), integer(frame, fields.THREADS)
    n = rows * units
    for i in range(rows):
        w = row_weight(frame, a, i, like)
        for k in range(i * units, (i + 1) * units):
            truth = load(y, k, 1)
            error, weighted = truth - load(p, k, 1), truth * w
            store(aside, k, truth * weighted)
            store(aside, n + k, weighted)
            store(aside, 2 * n + k, (error * error) * w)
            store(aside, 3 * n + k, w)
    for kind in range(4):
        terms = at(aside, kind * n)
        for c in range(units):
            k = kind * units + c
            store(sums, k, load(sums, k, 1) + column_sum(terms, c, rows, units, threads))


class R2Score(Metric):
    """R².

    Parameters
    ----------
    class_aggregation
        "uniform_average": the mean over the units; "variance_weighted_average": weighted by the
        variances of their labels; None: each by itself.

    >>> R2Score()([[1.0], [4.0], [3.0]], [[2.0], [4.0], [4.0]])
    0.5714285373687744
    """

    _direction = "up"

    def __init__(
        self,
        class_aggregation: str | None = UNIFORM,
        num_regressors: int = 0,
        name: str | None = "r2_score",
        dtype: str | None = None,
    ) -> None:
        if class_aggregation not in (None, UNIFORM, BY_VARIANCE):
            raise ValueError(
                f"Expected class_aggregation to be None, {UNIFORM!r} or {BY_VARIANCE!r}. "
                f"Received: class_aggregation={shown(class_aggregation)}"
            )
        if num_regressors != 0 or isinstance(num_regressors, bool):
            raise ValueError(
                "Expected num_regressors=0: for n rows and r regressors the adjusted score is "
                "1 − (1 − R²)·(n − 1)/(n − r − 1). "
                f"Received: num_regressors={shown(num_regressors)}"
            )
        self.class_aggregation = class_aggregation
        super().__init__(name, dtype)

    def size(self, units: int) -> int:
        """Four sums for each unit."""
        return 4 * units

    def aside(self, rows: int, units: int) -> int:
        """What each prediction counts."""
        return 4 * rows * units

    def instructions(self, reading: Reading) -> list[tuple[Any, ...]]:
        """Count."""
        return [(count, *reading.head)]

    def result_of(self, state: Array) -> Any:
        """R²."""
        sums = state.reshape(*state.shape[:-1], 4, -1)
        squares, total, errors, weights = np.moveaxis(sums, -2, 0)
        with np.errstate(divide="ignore", invalid="ignore"):
            variance = squares - total * (total / weights)
            scores = 1 - errors / variance
            scores = np.where(np.isinf(scores), np.zeros((), scores.dtype), scores)
            if self.class_aggregation is None:
                return scores
            if self.class_aggregation == UNIFORM:
                return packet_sums(scores) / scores.dtype.type(scores.shape[-1])
            return packet_sums(variance * scores) / packet_sums(variance)

    def get_config(self) -> dict[str, Any]:
        """The arguments that make such a metric."""
        own = {"class_aggregation": self.class_aggregation, "num_regressors": 0}
        return {**super().get_config(), **own}
