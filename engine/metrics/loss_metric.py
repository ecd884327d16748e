"""A loss that is watched as a metric: the mean of its values.

Label smoothing belongs to the metric: y·(1 − a) + b is formed from the labels as they are, whatever
the loss that is trained does.

Keras: ``keras.metrics.BinaryCrossentropy``, ``CategoricalCrossentropy``,
``SparseCategoricalCrossentropy`` and ``MeanSquaredError``.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from engine import losses
from engine.kernels import fields
from engine.kernels import losses as kernels
from engine.kernels.metrics import Reading, add_up, smooth_labels
from engine.losses import Loss
from engine.losses.forms import form_of
from engine.losses.sparse_categorical_crossentropy import class_numbers
from engine.metrics.mean import MeanOfRows
from engine.metrics.metric import Array


class LossMetric(MeanOfRows):
    """Base of the metrics that are losses."""

    _direction = "down"

    def __init__(self, loss: Loss, name: str | None = None, dtype: str | None = None) -> None:
        self.loss = loss
        super().__init__(name or loss.name, dtype)

    def fits(self, label_width: int, units: int) -> bool:
        """Class numbers have a width of 1; other labels are as wide as the predictions."""
        return label_width == (1 if self.loss.sparse else units)

    def rows_of(self, y_true: Any, y_pred: Any) -> tuple[Array, Array]:
        """Labels and predictions, each as an array of rows."""
        if not self.loss.sparse:
            return super().rows_of(y_true, y_pred)
        labels, p = class_numbers(y_true, y_pred)
        return labels.reshape(-1, 1).astype(p.dtype), p

    def reads_logits(self, activation: str) -> bool:
        """Whether the loss has a form on logits, and they are there."""
        return form_of(self.loss, activation)[0] <= kernels.SPARSE_LOGITS

    @property
    def _smooths(self) -> bool:
        return bool(getattr(self.loss, "label_smoothing", 0.0)) and not self.loss.sparse

    def numbers(self, units: int, dtype: str) -> Array:
        """The factor and the summand of label smoothing."""
        if not self._smooths:
            return np.zeros(0, dtype)
        summand = self.loss.smooth(np.zeros((1, units), dtype))[0, 0]
        return np.array([1.0 - self.loss.label_smoothing, summand], dtype)

    def aside(self, rows: int, units: int) -> int:
        """The smoothed labels."""
        return rows * units if self._smooths else 0

    def instructions(self, reading: Reading) -> list[tuple[Any, ...]]:
        """Those of the loss, then its values are added up."""
        form, _ = form_of(self.loss, reading.activation)
        source = reading.z if form <= kernels.SPARSE_LOGITS else reading.p
        labels = fields.ASIDE if self._smooths else fields.Y
        steps: list[tuple[Any, ...]] = [(smooth_labels, *reading.head)] if self._smooths else []
        steps.append((kernels.PARTS[form], source, 0, reading.units, labels, False))
        return [*steps, (add_up, *reading.head)]

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
