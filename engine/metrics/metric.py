"""What all metrics share: a mean over all rows seen since the last reset.

    result = Σᵢ weightᵢ·valueᵢ / Σᵢ weightᵢ

Keras: ``keras.metrics.MeanMetricWrapper``.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from engine.checks.from_config import from_config
from engine.checks.shown import shown
from engine.losses.loss import as_float

Array = npt.NDArray[Any]


class Metric:
    """Base of all metrics."""

    def __init__(self, name: str, dtype: str | None = None) -> None:
        if not isinstance(name, str):
            raise TypeError(f"Expected name to be a text. Received: name={shown(name)}")
        self.name = name
        self.dtype = dtype or "float32"
        self.reset_state()

    def values(self, y_true: Any, y_pred: Any) -> Array:
        """The value of each row."""
        raise NotImplementedError

    def code(self, label_width: int, units: int) -> int:
        """Which formula the kernels run, for labels and predictions of these widths."""
        raise NotImplementedError

    @property
    def threshold(self) -> float:
        """Above which a prediction counts as yes."""
        return 0.5

    def update_state(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> None:
        """Count more rows in."""
        values = self.values(y_true, y_pred)
        weights = np.ones_like(values)
        if sample_weight is not None:
            weights = as_float(sample_weight, "sample_weight").reshape(-1)
            if weights.shape != values.shape:
                raise ValueError(
                    f"Expected one sample_weight for each of {values.size} rows. "
                    f"Received: sample_weight.shape={np.shape(sample_weight)}"
                )
        self.total += float(np.sum(values * weights))
        self.count += float(np.sum(weights))

    def result(self) -> float:
        """The mean so far; 0 before any row was seen."""
        return self.total / self.count if self.count else 0.0

    def reset_state(self) -> None:
        """Forget all rows."""
        self.total, self.count = 0.0, 0.0

    def __call__(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> float:
        """Count more rows in and return the mean so far."""
        self.update_state(y_true, y_pred, sample_weight)
        return self.result()

    def get_config(self) -> dict[str, Any]:
        """The arguments that make such a metric."""
        return {"name": self.name, "dtype": self.dtype}

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> Any:
        """A metric from what :meth:`get_config` returned."""
        return from_config(cls, config)
