"""A loss that is watched as a metric: the mean of its values, without sample weights.

Keras: ``keras.metrics.BinaryCrossentropy``, ``CategoricalCrossentropy``,
``SparseCategoricalCrossentropy`` and ``MeanSquaredError``.
"""

from __future__ import annotations

from typing import Any

from engine import losses
from engine.losses import Loss
from engine.metrics.metric import Array, Metric


class LossMetric(Metric):
    """Base of the metrics that are losses."""

    def __init__(self, loss: Loss, name: str | None = None, dtype: str | None = None) -> None:
        self.loss = loss
        super().__init__(name or loss.name, dtype)

    def values(self, y_true: Any, y_pred: Any) -> Array:
        """The loss of each row."""
        return self.loss.call(y_true, y_pred)

    def code(self, label_width: int, units: int) -> int:
        """The kernels' code for predictions; :mod:`engine.models` knows about logits."""
        from engine.kernels.metrics import LOSS

        wanted = 1 if self.loss.sparse else units
        return LOSS + self.loss.forms[1] if label_width == wanted else -1

    def get_config(self) -> dict[str, Any]:
        """The arguments that make such a metric."""
        config = self.loss.get_config()
        kept: dict[str, Any] = {
            k: config[k] for k in ("from_logits", "label_smoothing", "axis") if k in config
        }
        return {**super().get_config(), **kept}


class BinaryCrossentropy(LossMetric):
    """The mean binary crossentropy."""

    def __init__(
        self,
        name: str = "binary_crossentropy",
        dtype: str | None = None,
        from_logits: bool = False,
        label_smoothing: float = 0.0,
    ) -> None:
        super().__init__(losses.BinaryCrossentropy(from_logits, label_smoothing), name, dtype)

    def get_config(self) -> dict[str, Any]:
        """The arguments that make such a metric."""
        config = super().get_config()
        del config["axis"]
        return config


class CategoricalCrossentropy(LossMetric):
    """The mean categorical crossentropy."""

    def __init__(
        self,
        name: str = "categorical_crossentropy",
        dtype: str | None = None,
        from_logits: bool = False,
        label_smoothing: float = 0.0,
        axis: int = -1,
    ) -> None:
        super().__init__(
            losses.CategoricalCrossentropy(from_logits, label_smoothing, axis), name, dtype
        )


class SparseCategoricalCrossentropy(LossMetric):
    """The mean categorical crossentropy of class numbers."""

    def __init__(
        self,
        name: str = "sparse_categorical_crossentropy",
        dtype: str | None = None,
        from_logits: bool = False,
        ignore_class: int | None = None,
        axis: int = -1,
    ) -> None:
        loss = losses.SparseCategoricalCrossentropy(from_logits, ignore_class, axis=axis)
        super().__init__(loss, name, dtype)

    def get_config(self) -> dict[str, Any]:
        """The arguments that make such a metric."""
        return {**super().get_config(), "ignore_class": None, "axis": -1}


class MeanSquaredError(LossMetric):
    """The mean squared error."""

    def __init__(self, name: str = "mean_squared_error", dtype: str | None = None) -> None:
        super().__init__(losses.MeanSquaredError(), name, dtype)
