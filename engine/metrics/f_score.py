"""F-scores: precision and recall in one number, for each class.

    precision = TP/(TP + FP + ε)      recall = TP/(TP + FN + ε)      ε = 1e-7
    F_β = (1 + β²)·precision·recall / (β²·precision + recall + ε)

Without a threshold a row says yes to the class of its largest prediction (to all of several largest
ones, unless they are 0); with one, to all classes above it.  Labels count as the numbers that they
are.

    average None    F of each class
    "macro"         their mean
    "weighted"      their mean weighted by Σ y of the classes
    "micro"         F of the counts of all classes together

Source: van Rijsbergen (1979), Information Retrieval, chapter 7.
Keras: ``keras.metrics.FBetaScore``, ``F1Score``; TensorFlow adds over the rows as
:func:`engine.kernels.metrics.column_sum` does.  Of "micro" the last bit may differ in
``train_on_batch`` and ``test_on_batch``, whose graphs add ε first.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from engine.checks.shown import shown
from engine.kernels import fields
from engine.kernels.instructions import instruction, integer, place
from engine.kernels.lanes import at, fill, load, maximum, store, where
from engine.kernels.metrics import Reading, column_sum, row_weight
from engine.kernels.on_arrays import packet_sums
from engine.kernels.sums import long_sum
from engine.metrics.metric import Array, Metric

EPSILON = 1e-7
NEARLY_0 = 1e-9


@instruction("f_score_count")
def count(frame: Any, a: Any, rows: Any, like: Any) -> None:
    """Add TP, FP, FN and Σ y to the state, of each class, or of all together.

    Numbers: those of every metric, then 1 if there is a threshold, 1 for all classes together.
    """
    p, y = place(frame, fields.OUTPUTS, integer(a, 0), like), place(frame, fields.Y, 0, like)
    sums, aside = (
        place(frame, fields.SUMS, integer(a, 2), like),
        place(frame, fields.ASIDE, 0, like),
    )
    threshold = load(place(frame, fields.THRESHOLDS, integer(a, 3), like), 0, 1)
    units, has_threshold, together = integer(a, 1), integer(a, 5) > 0, integer(a, 6) > 0
    threads, n = integer(frame, fields.THREADS), rows * units
    zero, one = fill(p, 0.0, 1), fill(p, 1.0, 1)
    for i in range(rows):
        w, top, first = row_weight(frame, a, i, like), load(p, i * units, 1), i * units
        for k in range(first + 1, first + units):
            top = maximum(top, load(p, k, 1))
        for k in range(first, first + units):
            x, truth = load(p, k, 1), load(y, k, 1)
            if has_threshold:
                said = where(x > threshold, one, zero)
            else:
                said = where(x >= top, where(abs(x) > NEARLY_0, one, zero), zero)
            store(aside, k, (said * truth) * w)
            store(aside, n + k, (said * (1.0 - truth)) * w)
            store(aside, 2 * n + k, ((1.0 - said) * truth) * w)
            store(aside, 3 * n + k, truth * w)
    for kind in range(4):
        terms = at(aside, kind * n)
        if together:
            store(sums, kind, load(sums, kind, 1) + long_sum(terms, n, threads))
        else:
            for c in range(units):
                k = kind * units + c
                store(sums, k, load(sums, k, 1) + column_sum(terms, c, rows, units, threads))


class FBetaScore(Metric):
    """F_β, the harmonic mean of precision and recall that gives recall β times the weight.

    Parameters
    ----------
    average
        None, "micro", "macro" or "weighted".
    beta
        β > 0, a float.
    threshold
        A float in (0, 1], or None: the largest prediction says yes.
    """

    _direction = "up"

    def __init__(
        self,
        average: str | None = None,
        beta: float = 1.0,
        threshold: float | None = None,
        name: str | None = "fbeta_score",
        dtype: str | None = None,
    ) -> None:
        if average not in (None, "micro", "macro", "weighted"):
            raise ValueError(
                'Expected average to be None, "micro", "macro" or "weighted". '
                f"Received: average={shown(average)}"
            )
        for option, value, most in (("beta", beta, np.inf), ("threshold", threshold, 1.0)):
            if value is None and option == "threshold":
                continue
            if not isinstance(value, float) or not 0 < value <= most or value == np.inf:
                bound = "in (0, 1]" if most == 1 else "> 0"
                raise (ValueError if isinstance(value, float) else TypeError)(
                    f"Expected {option} to be a float {bound}. Received: {option}={shown(value)}"
                )
        self.average, self.beta, self.threshold = average, beta, threshold
        super().__init__(name, dtype)

    def rows_of(self, y_true: Any, y_pred: Any) -> tuple[Array, Array]:
        """Labels and predictions: one row of classes and many rows of one look alike, so 2-D."""
        for name, values in (("y_true", y_true), ("y_pred", y_pred)):
            if np.ndim(values) != 2:
                raise ValueError(
                    f"Expected {name} of shape (rows, classes); {name}.reshape(-1, 1) if there is "
                    f"one class. Received: {name}.shape={np.shape(values)}"
                )
        return super().rows_of(y_true, y_pred)

    def size(self, units: int) -> int:
        """TP, FP, FN and Σ y."""
        return 4 if self.average == "micro" else 4 * units

    def numbers(self, units: int, dtype: str) -> Array:
        """The threshold."""
        return np.array([self.threshold or 0.0], dtype)

    def aside(self, rows: int, units: int) -> int:
        """What each prediction counts."""
        return 4 * rows * units

    def instructions(self, reading: Reading) -> list[tuple[Any, ...]]:
        """Count."""
        how = self.threshold is not None, self.average == "micro"
        return [(count, *reading.head, *how)]

    def result_of(self, state: Array) -> Any:
        """F_β."""
        counts = state.reshape(*state.shape[:-1], 4, -1)
        tp, fp, fn, weights = np.moveaxis(counts, -2, 0)
        precision, recall = tp / (tp + fp + EPSILON), tp / (tp + fn + EPSILON)
        squared = self.beta**2
        mean = (precision * recall) / (squared * precision + recall + EPSILON)
        score = mean * (1 + squared)
        if self.average is None:
            return score
        if self.average == "weighted":
            shares = weights / (packet_sums(weights)[..., np.newaxis] + EPSILON)
            return packet_sums(score * shares)
        return packet_sums(score) / score.dtype.type(score.shape[-1])

    def get_config(self) -> dict[str, Any]:
        """The arguments that make such a metric."""
        own = {"average": self.average, "beta": self.beta, "threshold": self.threshold}
        return {**super().get_config(), **own}


class F1Score(FBetaScore):
    """F₁, the harmonic mean of precision and recall.

    >>> F1Score()([[1, 1, 1], [1, 0, 0], [1, 1, 0]],
    ...           [[0.2, 0.6, 0.7], [0.2, 0.6, 0.6], [0.6, 0.8, 0.0]]).round(2)
    array([0.  , 0.5 , 0.67], dtype=float32)
    """

    def __init__(
        self,
        average: str | None = None,
        threshold: float | None = None,
        name: str | None = "f1_score",
        dtype: str | None = None,
    ) -> None:
        super().__init__(average, 1.0, threshold, name, dtype)

    def get_config(self) -> dict[str, Any]:
        """The arguments that make such a metric."""
        config = super().get_config()
        del config["beta"]
        return config
