"""Single confusion counts.

    result = TP(t), FP(t), TN(t) or FN(t)

defined in :mod:`engine.metrics.confusion`.

Keras: ``keras.metrics.TruePositives``, ``FalsePositives``, ``TrueNegatives``, ``FalseNegatives``.
"""

from __future__ import annotations

from typing import Any

from engine.metrics import confusion
from engine.metrics.confusion import ConfusionMetric
from engine.metrics.metric import Array


class CountMetric(ConfusionMetric):
    """Base of the metrics that are a single count."""

    def __init__(
        self, thresholds: Any = None, name: str | None = None, dtype: str | None = None
    ) -> None:
        super().__init__(thresholds, None, None, name, dtype)

    def result_of(self, state: Array) -> Any:
        """The count above each threshold."""
        return self.each(state)

    def get_config(self) -> dict[str, Any]:
        """The arguments that make such a metric."""
        return {**super().get_config(), "thresholds": self.init_thresholds}


class TruePositives(CountMetric):
    """How many labels that are yes are predicted above the threshold."""

    counted = confusion.TRUE_POSITIVES


class FalsePositives(CountMetric):
    """How many labels that are no are predicted above the threshold."""

    counted = confusion.FALSE_POSITIVES


class TrueNegatives(CountMetric):
    """How many labels that are no are predicted below the threshold, or on it."""

    counted = confusion.TRUE_NEGATIVES


class FalseNegatives(CountMetric):
    """How many labels that are yes are predicted below the threshold, or on it."""

    counted = confusion.FALSE_NEGATIVES
