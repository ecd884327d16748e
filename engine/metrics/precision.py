"""Precision: of what is called yes, how much is.

    result = TP / (TP + FP)            0 if nothing is called yes

TP and FP are counted above a threshold, or several (:mod:`engine.metrics.confusion`).

Keras: ``keras.metrics.Precision``.
"""

from __future__ import annotations

from typing import Any

from engine.metrics.confusion import FALSE_POSITIVES, TRUE_POSITIVES, ConfusionMetric
from engine.metrics.metric import Array, quotient


class Precision(ConfusionMetric):
    """The share of true ones among the predictions that say yes.

    Parameters
    ----------
    thresholds
        A number in [0, 1], above which a prediction says yes, or a list; 0.5 by default.
    top_k
        Only the k largest predictions of a row say yes, whatever their size if there are no
        thresholds.
    class_id
        Only this unit counts.

    >>> metric = Precision()
    >>> metric([0, 1, 1, 1], [1, 0, 1, 1])
    0.6666666865348816
    """

    _direction = "up"
    counted = TRUE_POSITIVES | FALSE_POSITIVES

    def __init__(
        self,
        thresholds: Any = None,
        top_k: int | None = None,
        class_id: int | None = None,
        name: str | None = None,
        dtype: str | None = None,
    ) -> None:
        super().__init__(thresholds, top_k, class_id, name, dtype)

    def result_of(self, state: Array) -> Any:
        """TP / (TP + FP) above each threshold."""
        tp, fp = self.counts(state)
        return self.each(quotient(tp, tp + fp))

    def get_config(self) -> dict[str, Any]:
        """The arguments that make such a metric."""
        own = {"thresholds": self.init_thresholds, "top_k": self.top_k, "class_id": self.class_id}
        return {**super().get_config(), **own}
